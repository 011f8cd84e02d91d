#include "bitline/kernels/pair_counter.h"

#include <algorithm>
#include <limits>

namespace bitline {
namespace {

/// Entries of all tables together: what the caches hold, and soon cleared.
constexpr std::int64_t kMostEntries = std::int64_t{1} << 20;

std::int64_t sum_count(const PackedPlanes& planes) {
  return planes.sums.maximum - planes.sums.minimum + 1;
}

}  // namespace

std::vector<PairCounter::Planes> PairCounter::planes_of_pairs(const PackedPlanes& planes) {
  const auto none = static_cast<std::int64_t>(planes.column_planes.size());
  const auto plane_of = [&](std::int64_t column) {
    return column < 0 ? none : column / planes.out_channels;
  };
  const std::vector<std::int64_t> columns = columns_of_lanes(planes);
  std::vector<Planes> pairs;
  for (std::size_t lane = 0; lane < columns.size(); lane += 2)
    pairs.emplace_back(plane_of(columns[lane]), plane_of(columns[lane + 1]));
  return pairs;
}

std::optional<PairCounter> PairCounter::make(const PackedPlanes& planes, std::size_t parts,
                                             std::int64_t conversions) {
  const std::int64_t sums = sum_count(planes);
  if (sums > 256 || conversions > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  PairCounter counter(planes);
  const std::int64_t entries = static_cast<std::int64_t>(parts) * counter.part_size_;
  if (entries > kMostEntries) return std::nullopt;
  counter.counts_.resize(static_cast<std::size_t>(entries));
  return counter;
}

PairCounter::PairCounter(const PackedPlanes& planes)
    : sums_(sum_count(planes)),
      column_planes_(static_cast<std::int64_t>(planes.column_planes.size())) {
  for (const Planes& pair : planes_of_pairs(planes)) {
    const auto known = std::ranges::find(classes_, pair);
    offsets_.push_back((known - classes_.begin()) * sums_ * sums_);
    if (known == classes_.end()) classes_.push_back(pair);
  }
  part_size_ = std::ssize(classes_) * sums_ * sums_;
}

}  // namespace bitline
