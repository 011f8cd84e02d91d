#include "bitline/kernels/lane_counter.h"

#include <algorithm>

namespace bitline {

std::optional<LaneCounter> LaneCounter::make(const PackedPlanes& planes, std::size_t parts) {
  constexpr std::size_t kMostCounts = std::size_t{1} << 22;
  LaneCounter counter(planes);
  // The values that are counted together may reach beyond the last one.
  const auto size = static_cast<std::size_t>((counter.sums_ + kValuesAtOnce) * kBlockColumns);
  const std::size_t layouts = parts * counter.layouts_.size();
  if (layouts * size > kMostCounts) return std::nullopt;
  counter.all_.resize(layouts * size);
  counter.bytes_ = Tensor(DType::kU8, {static_cast<std::int64_t>(layouts * size)});
  std::uint8_t* bytes = counter.bytes_.data<std::uint8_t>().data();
  for (std::size_t first = 0; first < layouts * size; first += size)
    counter.counts_.push_back({counter.all_.data() + first, bytes + first});
  return counter;
}

LaneCounter::LaneCounter(const PackedPlanes& planes)
    : sums_(planes.sums.maximum - planes.sums.minimum + 1),
      buffer_(DType::kU8, {kMostPositions, kBlockColumns}),
      waiting_(buffer_.data<std::uint8_t>().data()) {
  const std::vector<std::int64_t> columns = columns_of_lanes(planes);
  for (auto lane = columns.begin(); lane != columns.end(); lane += kBlockColumns) {
    Layout layout;
    for (auto column = lane; column != lane + kBlockColumns; ++column)
      layout.push_back(*column < 0 ? -1 : *column / planes.out_channels);
    const auto known = std::ranges::find(layouts_, layout);
    layout_of_block_.push_back(known - layouts_.begin());
    if (known == layouts_.end()) layouts_.push_back(std::move(layout));
  }
}

}  // namespace bitline
