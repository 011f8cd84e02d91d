// How levels are best divided among layers whose costs and losses add up: exact, integers only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitline {

/// What one choice for a layer costs and loses.
struct LevelOption {
  std::int64_t cost = 0;  ///< at least 0
  std::int64_t loss = 0;  ///< may be below 0: an ADC that helps
};

/// One choice for every layer.
struct LevelChoice {
  std::vector<std::size_t> options;  ///< index of the layer's option
  std::int64_t cost = 0;             ///< sum of the options'
  std::int64_t loss = 0;
};

/// All choices that no other one beats: from the cheapest to the one with the least loss, costs
/// ascending, losses descending. Of equals the one whose last layers take earlier options. Layer
/// after layer, only what is not beaten goes on, which loses nothing because both sums only grow by
/// what the next layer adds. Throws Error (kUsage) for a layer without options, and where more than
/// kMostChoices stay unbeaten at once: costs with fewer different sums keep them few.
std::vector<LevelChoice> level_front(std::span<const std::vector<LevelOption>> layers);

inline constexpr std::size_t kMostChoices = 2'000'000;

}  // namespace bitline
