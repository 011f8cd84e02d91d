// Which plan a run recommends.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "bitline/record/result_row.h"

namespace bitline {

/// The row that plan.json takes: the fewest levels whose validation_loss is at most `max_loss`
/// points, compared exactly, then the smaller validation_loss, then the earlier row. Empty when no
/// row is that good.
std::optional<std::size_t> recommend(const std::vector<ResultRow>& rows, const Rational& max_loss);

}  // namespace bitline
