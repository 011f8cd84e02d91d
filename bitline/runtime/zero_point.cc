#include "bitline/runtime/zero_point.h"

namespace bitline {

std::vector<double> zero_offset_of(const IntegerLayer& layer, std::span<const double> scale) {
  if (layer.input_zero_point == 0) return {};
  const auto weights = layer.weights.data<std::int32_t>();
  const auto fan_in = static_cast<std::size_t>(layer.geometry.fan_in());
  std::vector<double> offset(static_cast<std::size_t>(layer.geometry.out_channels));
  for (std::size_t o = 0; o < offset.size(); ++o) {
    std::int64_t sum = 0;
    for (const std::int32_t weight : weights.subspan(o * fan_in, fan_in)) sum += weight;
    offset[o] =
        -scale[scale.size() == 1 ? 0 : o] * static_cast<double>(layer.input_zero_point * sum);
  }
  return offset;
}

}  // namespace bitline
