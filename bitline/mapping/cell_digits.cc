#include "bitline/mapping/cell_digits.h"

#include <algorithm>

#include "bitline/mapping/encoding.h"
#include "bitline/mapping/negative_weights.h"

namespace bitline {

CellDigits::CellDigits(const CimLayer& layer) : layer_(layer) {
  if (layer.planes.digits.size() != 0) return;
  const WeightCode code = layer.array.encoding->code(layer, layer.array);
  const auto [smallest, largest] = std::ranges::minmax(layer.weights.data<std::int32_t>());
  smallest_ = smallest;
  for (std::int64_t plane = 0; plane < layer.planes.count(); ++plane) {
    auto& digits = of_weight_.emplace_back();
    for (std::int64_t weight = smallest; weight <= largest; ++weight)
      digits.push_back(static_cast<std::int8_t>(code.digit(weight, plane)));
  }
  digits_.resize(static_cast<std::size_t>(layer.geometry.fan_in()));
}

std::span<const std::int8_t> CellDigits::column(std::int64_t plane, std::int64_t channel) {
  const auto fan_in = static_cast<std::size_t>(layer_.geometry.fan_in());
  if (of_weight_.empty()) {
    const auto first = static_cast<std::size_t>(plane * layer_.geometry.out_channels + channel);
    return layer_.planes.digits.data<std::int8_t>().subspan(first * fan_in, fan_in);
  }
  if (plane == plane_ && channel == channel_) return digits_;
  plane_ = plane;
  channel_ = channel;
  const auto weights = layer_.weights.data<std::int32_t>().subspan(
      static_cast<std::size_t>(channel) * fan_in, fan_in);
  const std::vector<std::int8_t>& of_weight = of_weight_[static_cast<std::size_t>(plane)];
  std::ranges::transform(weights, digits_.begin(), [&](std::int32_t weight) {
    return of_weight[static_cast<std::size_t>(weight - smallest_)];
  });
  if (layer_.planes.has_flips()) flip(plane, channel);
  return digits_;
}

/// (2a)
void CellDigits::flip(std::int64_t plane, std::int64_t channel) {
  const std::int64_t total = layer_.planes.flip_totals[static_cast<std::size_t>(plane)];
  for (std::size_t tile = 0; tile < layer_.tiles.size(); ++tile) {
    if (layer_.planes.sign(plane, channel, static_cast<std::int64_t>(tile)) > 0) continue;
    for (const std::int64_t row : layer_.tiles[tile]) {
      std::int8_t& digit = digits_[static_cast<std::size_t>(row)];
      digit = static_cast<std::int8_t>(total - digit);
    }
  }
}

Tensor all_cell_digits(const CimLayer& layer) {
  if (layer.planes.digits.size() != 0) return layer.planes.digits;
  const std::int64_t channels = layer.geometry.out_channels;
  Tensor digits(DType::kI8, {layer.planes.count(), channels, layer.geometry.fan_in()});
  auto next = digits.data<std::int8_t>().begin();
  CellDigits cells(layer);
  for (std::int64_t plane = 0; plane < layer.planes.count(); ++plane)
    for (std::int64_t channel = 0; channel < channels; ++channel)
      next = std::ranges::copy(cells.column(plane, channel), next).out;
  return digits;
}

}  // namespace bitline
