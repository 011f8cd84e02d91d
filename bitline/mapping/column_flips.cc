#include "bitline/mapping/column_flips.h"

#include <span>

namespace bitline {
namespace {

/// Flips the digits in the rows of one column where the rule says so. Returns the column's sign.
std::int8_t flip_column(ColumnFlip flip, std::int64_t total, const Tile& rows,
                        std::span<std::int8_t> digits) {
  std::int64_t sum = 0;
  for (const std::int64_t row : rows) sum += digits[static_cast<std::size_t>(row)];
  const bool flips = flip == ColumnFlip::kComplement ? 2 * sum > std::ssize(rows) * total : sum < 0;
  if (!flips) return 1;
  for (const std::int64_t row : rows) {
    std::int8_t& digit = digits[static_cast<std::size_t>(row)];
    digit = static_cast<std::int8_t>(total - digit);
  }
  return -1;
}

}  // namespace

void flip_columns(ColumnFlip flip, const std::vector<std::int64_t>& largest_digits,
                  const std::vector<Tile>& tiles, WeightPlanes& planes) {
  if (flip == ColumnFlip::kNone) return;
  const std::int64_t channels = planes.digits.dim(1);
  const auto fan_in = static_cast<std::size_t>(planes.digits.dim(2));
  planes.signs = Tensor(DType::kI8, {planes.count(), channels, std::ssize(tiles)});
  planes.flip_totals = flip == ColumnFlip::kComplement
                           ? largest_digits
                           : std::vector<std::int64_t>(largest_digits.size(), 0);
  auto sign = planes.signs.data<std::int8_t>().begin();
  std::span<std::int8_t> digits = planes.digits.data<std::int8_t>();
  for (const std::int64_t total : planes.flip_totals)
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      for (const Tile& rows : tiles) *sign++ = flip_column(flip, total, rows, digits);
      digits = digits.subspan(fan_in);
    }
}

}  // namespace bitline
