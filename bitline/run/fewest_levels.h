// search.levels = "fewest": which numbers of levels a run searches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace bitline {

/// The fewest levels, 2 to `most`, for which `qualifies` is true, found by asking for few of them,
/// each once: 16 first, twice as many until one qualifies, and halves in between. That takes losses
/// to fall with every level; so the two numbers below an answer are asked too, and where one of
/// them qualifies it is the answer, and so on. None where `most` does not qualify.
std::optional<std::int64_t> find_fewest_levels(std::int64_t most,
                                               const std::function<bool(std::int64_t)>& qualifies);

}  // namespace bitline
