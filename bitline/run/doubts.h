// What a run's table cannot bear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bitline/base/rational.h"
#include "bitline/record/result_row.h"
#include "bitline/record/run_summary.h"

namespace bitline {

/// The images of a run.
struct JudgedImages {
  std::int64_t classes = 0;
  RunImages counts;
};

/// Lines for people, often none: a lossless network that does no better than a guess
/// (could_be_guessed), grids that alone cost more than a point of what the float network has, more
/// levels that lose more than the recommended row's, and images too few to tell a loss of
/// `max_loss` points from none. That is judged by the interval of the recommended row's loss, or of
/// the row that loses least where none is recommended: where half of it is wider than the budget, a
/// plan without any loss would reach beyond the budget too.
std::vector<std::string> doubts_about(const std::vector<ResultRow>& rows,
                                      std::optional<std::size_t> recommended,
                                      const JudgedImages& images, const Rational& max_loss);

}  // namespace bitline
