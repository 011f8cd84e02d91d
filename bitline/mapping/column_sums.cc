#include "bitline/mapping/column_sums.h"

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

namespace bitline {
namespace {

/// Of one column in one tile, with max(±digit, 0) for digit where halves stand apart.
SumRange sums_of(std::span<const std::int8_t> digits, const Tile& tile, const DigitRange& inputs,
                 const std::function<int(int)>& part) {
  SumRange sums;
  for (const std::int64_t row : tile) {
    const int digit = part(digits[static_cast<std::size_t>(row)]);
    const auto [least, most] = std::minmax({digit * inputs.minimum, digit * inputs.maximum});
    sums.minimum += least;
    sums.maximum += most;
  }
  return sums;
}

}  // namespace

SumRange column_sums(const CimLayer& layer) {
  std::vector<std::function<int(int)>> parts;
  if (layer.subtract_digitally)
    parts = {[](int digit) { return std::max(digit, 0); },
             [](int digit) { return std::max(-digit, 0); }};
  else
    parts = {[](int digit) { return digit; }};
  const auto fan_in = static_cast<std::size_t>(layer.geometry.fan_in());
  const auto digits = layer.planes.digits.data<std::int8_t>();
  const DigitRange inputs = layer.streams.range();
  SumRange widest;
  for (std::size_t column = 0; column < digits.size(); column += fan_in)
    for (const Tile& tile : layer.tiles)
      for (const auto& part : parts) {
        const SumRange sums = sums_of(digits.subspan(column, fan_in), tile, inputs, part);
        widest.minimum = std::min(widest.minimum, sums.minimum);
        widest.maximum = std::max(widest.maximum, sums.maximum);
      }
  return widest;
}

}  // namespace bitline
