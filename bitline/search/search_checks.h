// What a search asks of its options before it begins.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/search/range_search.h"

namespace bitline {

/// Throws Error (kUsage) unless δ moves in whole or half LSB.
void check_delta_step(const Rational& delta_step);

/// The order in which images are asked for, each once. Throws Error (kUsage) for options that are
/// not possible with the evaluator's layers and images.
std::vector<std::int64_t> checked_image_order(const SearchOptions& options,
                                              const Evaluator& evaluator);

}  // namespace bitline
