#include "bitline/kernels/pair_counter.h"

#include <algorithm>
#include <limits>

namespace bitline {
namespace {

/// Entries of all tables together: what the caches hold, and soon cleared.
constexpr std::int64_t kMostEntries = std::int64_t{1} << 20;

/// The inverse of lane_of_column.
std::int64_t column_of_lane(std::int64_t lane) {
  return (lane >> 2 & 15) | (lane >> 1 & 1) << 4 | (lane & 1) << 5;
}

std::int64_t sum_count(const PackedPlanes& planes) {
  return planes.sums.maximum - planes.sums.minimum + 1;
}

}  // namespace

PairCounter::Planes PairCounter::planes_of_pair(const PackedPlanes& planes, std::int64_t block,
                                                std::int64_t lane) {
  const auto plane_of = [&](std::int64_t one) {
    const std::int64_t column = block * kBlockColumns + column_of_lane(one);
    const auto none = static_cast<std::int64_t>(planes.column_planes.size());
    return column < planes.columns() ? column / planes.out_channels : none;
  };
  return {plane_of(lane), plane_of(lane + 1)};
}

std::vector<PairCounter::Planes> PairCounter::all_pairs(const PackedPlanes& planes) {
  std::vector<Planes> classes;
  for (std::int64_t block = 0; block < planes.blocks(); ++block)
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += 2) {
      const Planes pair = planes_of_pair(planes, block, lane);
      if (std::ranges::find(classes, pair) == classes.end()) classes.push_back(pair);
    }
  return classes;
}

bool PairCounter::pays(const PackedPlanes& planes, std::size_t parts, std::int64_t conversions) {
  const std::int64_t sums = sum_count(planes);
  const std::int64_t tables = static_cast<std::int64_t>(parts) * std::ssize(all_pairs(planes));
  return sums <= 256 && tables * sums * sums <= kMostEntries &&
         conversions <= std::numeric_limits<std::uint32_t>::max();
}

PairCounter::PairCounter(const PackedPlanes& planes, std::size_t parts)
    : sums_(sum_count(planes)),
      column_planes_(static_cast<std::int64_t>(planes.column_planes.size())),
      classes_(all_pairs(planes)),
      part_size_(std::ssize(classes_) * sums_ * sums_),
      counts_(parts * static_cast<std::size_t>(part_size_)) {
  for (std::int64_t block = 0; block < planes.blocks(); ++block)
    for (std::int64_t lane = 0; lane < kBlockColumns; lane += 2) {
      const auto found = std::ranges::find(classes_, planes_of_pair(planes, block, lane));
      offsets_.push_back((found - classes_.begin()) * sums_ * sums_);
    }
}

}  // namespace bitline
