#include "bitline/kernels/weighted_histogram.h"

#include <algorithm>

namespace bitline {

WeightedHistogram::WeightedHistogram(const PackedPlanes& planes)
    : origin_(planes.sums.minimum),
      last_(planes.sums.maximum - planes.sums.minimum),
      channels_(planes.out_channels),
      pitch_(planes.out_channels + 1),
      lanes_(static_cast<std::size_t>(planes.blocks() * kBlockColumns),
             {static_cast<std::int32_t>(planes.out_channels), 0}),
      counts_(static_cast<std::size_t>((last_ + 1) * pitch_)) {
  for (std::int64_t column = 0; column < planes.columns(); ++column) {
    const std::int64_t lane =
        column / kBlockColumns * kBlockColumns + lane_of_column(column % kBlockColumns);
    const auto plane = static_cast<std::size_t>(column / channels_);
    lanes_[static_cast<std::size_t>(lane)] = {
        static_cast<std::int32_t>(column % channels_),
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

std::vector<WeightedHistogram::Step> WeightedHistogram::steps_of(const CodeTable& table,
                                                                 const SumRange& sums) {
  std::vector<Step> steps{{0, table.value(sums.minimum)}};
  for (std::size_t k = 0; k < table.thresholds.size(); ++k) {
    const std::int64_t index = table.thresholds[k] - sums.minimum;
    const std::int32_t height = table.values[k + 1] - table.values[k];
    if (index > 0 && index <= sums.maximum - sums.minimum && height != 0)
      steps.push_back({index, height});
  }
  return steps;
}

void WeightedHistogram::weighted_values(std::span<const Step> steps, std::int32_t* sums) const {
  std::fill_n(sums, channels_, 0);
  for (const Step& step : steps) {
    const std::int32_t* counts = counts_.data() + step.index * pitch_;
    for (std::int64_t channel = 0; channel < channels_; ++channel)
      sums[channel] += step.height * counts[channel];
  }
}

}  // namespace bitline
