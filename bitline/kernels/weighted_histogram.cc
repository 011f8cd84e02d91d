#include "bitline/kernels/weighted_histogram.h"

#include <algorithm>

namespace bitline {

WeightedHistogram::WeightedHistogram(const PackedPlanes& planes, const SumRange& sums)
    : origin_(sums.minimum),
      last_(sums.maximum - sums.minimum),
      channels_(planes.out_channels),
      pitch_(planes.out_channels + 1),
      lanes_(static_cast<std::size_t>(planes.blocks() * kBlockColumns),
             {static_cast<std::int32_t>(planes.out_channels), 0}),
      counts_(static_cast<std::size_t>((last_ + 1) * pitch_)) {
  const std::vector<std::int64_t> columns = columns_of_lanes(planes);
  for (std::size_t lane = 0; lane < columns.size(); ++lane) {
    if (columns[lane] < 0) continue;
    const auto plane = static_cast<std::size_t>(columns[lane] / channels_);
    lanes_[lane] = {static_cast<std::int32_t>(columns[lane] % channels_),
                    static_cast<std::int32_t>(planes.column_planes[plane].factor)};
  }
}

void WeightedHistogram::clear() { std::ranges::fill(counts_, 0); }

void WeightedHistogram::add_zeros(std::int32_t weight) {
  std::int32_t* zeros = counts_.data() - origin_ * pitch_;
  for (std::int64_t channel = 0; channel < channels_; ++channel) zeros[channel] += weight;
}

void WeightedHistogram::sum_up() {
  for (std::int64_t index = last_ - 1; index >= 0; --index) {
    std::int32_t* counts = counts_.data() + index * pitch_;
    const std::int32_t* above = counts + pitch_;
    for (std::int64_t channel = 0; channel < channels_; ++channel)
      counts[channel] += above[channel];
  }
}

void WeightedHistogram::weighted_values(std::span<const ValueChange> changes,
                                        std::int32_t* sums) const {
  std::fill_n(sums, channels_, 0);
  for (const ValueChange& change : changes) {
    const std::int32_t* counts = counts_.data() + (change.p - origin_) * pitch_;
    const auto height = static_cast<std::int32_t>(change.height);
    for (std::int64_t channel = 0; channel < channels_; ++channel)
      sums[channel] += height * counts[channel];
  }
}

}  // namespace bitline
