#include "bitline/mapping/column_sums.h"

#include <algorithm>
#include <span>

#include "bitline/mapping/cell_digits.h"

namespace bitline {
namespace {

/// Of the cells of one column in one tile.
struct DigitSums {
  std::int64_t positive = 0;
  std::int64_t negative = 0;  ///< not above 0
};

DigitSums sum_digits(std::span<const std::int8_t> digits, const Tile& tile) {
  DigitSums sums;
  for (const std::int64_t row : tile) {
    const int digit = digits[static_cast<std::size_t>(row)];
    sums.positive += std::max(digit, 0);
    sums.negative += std::min(digit, 0);
  }
  return sums;
}

/// Takes in what a column gives when each input drives its sum as far down, or up, as it can.
void widen(SumRange& widest, const DigitSums& sums, const DigitRange& inputs) {
  widest.minimum =
      std::min(widest.minimum, sums.positive * inputs.minimum + sums.negative * inputs.maximum);
  widest.maximum =
      std::max(widest.maximum, sums.positive * inputs.maximum + sums.negative * inputs.minimum);
}

}  // namespace

SumRange column_sums(const CimLayer& layer) {
  CellDigits cells(layer);
  const DigitRange inputs = layer.streams.range();
  SumRange widest;
  const std::int64_t columns = layer.planes.count() * layer.geometry.out_channels;
  for (std::int64_t column = 0; column < columns; ++column) {
    const auto digits =
        cells.column(column / layer.geometry.out_channels, column % layer.geometry.out_channels);
    for (const Tile& tile : layer.tiles) {
      const DigitSums sums = sum_digits(digits, tile);
      if (layer.subtract_digitally) {
        widen(widest, {sums.positive, 0}, inputs);
        widen(widest, {-sums.negative, 0}, inputs);
      } else {
        widen(widest, sums, inputs);
      }
    }
  }
  return widest;
}

}  // namespace bitline
