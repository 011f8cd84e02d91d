#include "bitline/mapping/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "bitline/base/rational.h"
#include "bitline/mapping/negative_weights.h"

namespace bitline {
namespace {

std::int64_t magnitude_sum(const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += std::abs(weight);
  return sum;
}

/// Digits of so many bits that hold a magnitude of `bits` bits.
std::int64_t count_digits(int bits, int digit_bits) {
  return static_cast<std::int64_t>(digit_weights(bits, digit_bits).size());
}

int bits_of(std::int64_t magnitude) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(magnitude)));
}

/// Two's complement reaches one further below zero than above.
int partial_sum_bits(const SumRange& sums) {
  if (sums.minimum >= 0) return std::max(bits_of(sums.maximum), 1);
  return std::max(bits_of(sums.maximum), bits_of(-sums.minimum - 1)) + 1;
}

/// Physical columns that belong together: both of a differential pair.
std::int64_t columns_per_cell(const ArraySpec& array) { return array.encoding->in_pairs ? 2 : 1; }

std::int64_t strip_columns(const CimLayer& layer) {
  const std::int64_t outputs = layer.geometry.out_channels / layer.geometry.groups;
  return outputs * layer.planes.count() * columns_per_cell(layer.array) +
         (layer.has_reference_column() ? 1 : 0);
}

/// Whole tiles, one below the other.
struct Strip {
  std::int64_t tiles = 0;
  std::int64_t rows = 0;
};

/// Strips of at most array.rows rows that all tiles of all groups fill, none torn apart.
std::vector<Strip> strips_of(const CimLayer& layer) {
  std::vector<Strip> strips;
  for (std::int64_t group = 0; group < layer.geometry.groups; ++group)
    for (const Tile& tile : layer.tiles) {
      const std::int64_t rows = std::ssize(tile) + layer.array.bias_rows;
      if (strips.empty() || strips.back().rows + rows > layer.array.rows) strips.emplace_back();
      ++strips.back().tiles;
      strips.back().rows += rows;
    }
  return strips;
}

/// Columns of an array that cells can take: a pair is never torn apart.
std::int64_t usable_columns(const ArraySpec& array) {
  const std::int64_t pair = columns_per_cell(array);
  return array.columns / pair * pair;
}

std::int64_t arrays_per_strip(const CimLayer& layer) {
  return ceil_div(strip_columns(layer), usable_columns(layer.array));
}

/// Strips that stand side by side in one array.
std::int64_t strips_per_array(const CimLayer& layer) {
  if (layer.geometry.groups == 1) return 1;
  return std::max<std::int64_t>(usable_columns(layer.array) / strip_columns(layer), 1);
}

/// What happens in the arrays while each tile is read once.
struct Round {
  std::int64_t most_reads = 0;  ///< of one array, whose tiles wait for each other
  std::int64_t cells = 0;       ///< of the layer, on word lines that are driven
};

/// A word line drives the cells of every strip of its array, and is driven for each of them: with n
/// strips that reach down to a row, n times n strips' cells. By rows, the fullest strip first, that
/// is 1 + 3 + 5 + … = n².
Round read_all_tiles(const CimLayer& layer, const std::vector<Strip>& strips) {
  Round round;
  const std::int64_t side_by_side = strips_per_array(layer);
  for (std::size_t first = 0; first < strips.size();) {
    const std::size_t last =
        std::min(strips.size(), first + static_cast<std::size_t>(side_by_side));
    std::int64_t reads = 0;
    std::vector<std::int64_t> rows;
    for (; first < last; ++first) {
      reads += strips[first].tiles;
      rows.push_back(strips[first].rows);
    }
    std::ranges::sort(rows, std::greater<>());
    for (std::size_t i = 0; i < rows.size(); ++i)
      round.cells += static_cast<std::int64_t>(2 * i + 1) * rows[i] * strip_columns(layer);
    round.most_reads = std::max(round.most_reads, reads);
  }
  return round;
}

/// Planes beyond those of the magnitudes up to 2^(n_w − 1) − 1, which −2^(n_w − 1) takes.
bool has_extra_plane(const CimLayer& layer) {
  return layer.array.encoding->holds_magnitudes &&
         layer.planes.count() > count_digits(layer.weight_bits - 1, layer.array.cell_bits);
}

bool has_magnitude_streams(const CimLayer& layer) {
  return layer.input_signed && layer.streams.encoding == ActivationEncoding::kSignMagnitude;
}

bool has_extra_stream(const CimLayer& layer) {
  return has_magnitude_streams(layer) &&
         layer.streams.count() > count_digits(layer.input_bits - 1, layer.array.dac_bits);
}

/// Bits of all planes' digits together; the sign of a pair is none.
std::int64_t weight_digit_bits(const CimLayer& layer) {
  if (!layer.array.encoding->holds_magnitudes) return layer.weight_bits;
  return magnitude_bits(layer);
}

std::int64_t input_digit_bits(const CimLayer& layer) {
  if (layer.streams.bipolar) return 1;
  if (!has_magnitude_streams(layer)) return layer.input_bits;
  return layer.input_narrow ? layer.input_bits - 1 : layer.input_bits;
}

std::int64_t bit_products(const CimLayer& layer) {
  const ConvGeometry& geometry = layer.geometry;
  const std::int64_t columns_of_bits =
      geometry.out_channels * columns_per_cell(layer.array) * weight_digit_bits(layer) +
      (layer.has_reference_column() ? geometry.groups : 0);
  // Bias rows are driven by a digit of one bit in every stream.
  const std::int64_t bias_bits =
      layer.array.bias_rows * std::ssize(layer.tiles) * layer.streams.count();
  return layer.positions() * columns_of_bits *
         (geometry.fan_in() * input_digit_bits(layer) + bias_bits);
}

std::vector<std::string> notes_on(const CimLayer& layer) {
  std::vector<std::string> notes;
  if (has_extra_plane(layer))
    notes.push_back(fmt::format("weight {} needs one more plane: {} instead of {}",
                                -(std::int64_t{1} << (layer.weight_bits - 1)), layer.planes.count(),
                                count_digits(layer.weight_bits - 1, layer.array.cell_bits)));
  if (has_extra_stream(layer))
    notes.push_back(fmt::format("activation {} needs one more stream: {} instead of {}",
                                -(std::int64_t{1} << (layer.input_bits - 1)), layer.streams.count(),
                                count_digits(layer.input_bits - 1, layer.array.dac_bits)));
  if (layer.planes.has_flips())
    notes.push_back(fmt::format("{} of {} columns are flipped", layer.planes.flipped_columns(),
                                layer.planes.signs.size()));
  if (layer.sums.step == 2)
    notes.push_back(fmt::format("its partial sums are all {}: {} levels tell them apart",
                                layer.sums.maximum % 2 == 0 ? "even" : "odd", layer.sums.count()));
  if (layer.geometry.groups > 1)
    notes.push_back(fmt::format("{} groups are read one after the other", layer.geometry.groups));
  return notes;
}

}  // namespace

int accumulator_bits(const CimLayer& layer, std::int64_t largest_value) {
  const auto tiles = static_cast<std::int64_t>(layer.tiles.size());
  const std::int64_t weights =
      magnitude_sum(layer.planes.weights) * magnitude_sum(layer.streams.weights);
  return bits_of(tiles * weights * largest_value) + 1;
}

LayerLayout layout_of(const CimLayer& layer) {
  const ArraySpec& array = layer.array;
  const std::vector<Strip> strips = strips_of(layer);
  const std::int64_t side_by_side = strips_per_array(layer);
  LayerLayout layout;
  layout.name = layer.name;
  layout.fan_in = layer.geometry.fan_in();
  layout.tiles = static_cast<std::int64_t>(layer.tiles.size());
  layout.planes = layer.planes.count();
  layout.streams = layer.streams.count();
  layout.arrays = ceil_div(std::ssize(strips), side_by_side) * arrays_per_strip(layer);
  layout.physical_columns = std::ssize(strips) * strip_columns(layer);
  const std::int64_t rows = layout.fan_in + layout.tiles * array.bias_rows;  // of a group
  const std::int64_t cells = rows * layer.geometry.groups * strip_columns(layer);
  layout.cell_utilisation =
      static_cast<double>(cells) / static_cast<double>(layout.arrays * array.rows * array.columns);
  layout.partial_sum_bits = partial_sum_bits(layer.sums);
  layout.accumulator_bits = accumulator_bits(layer, layer.sums.magnitude());
  layout.conversions = layer.conversions();
  layout.reference_conversions = layer.reference_conversions();
  const std::int64_t rounds = layer.positions() * layout.streams;
  const Round round = read_all_tiles(layer, strips);
  layout.longest_reads = rounds * round.most_reads;
  layout.driven_word_lines = rounds * layer.geometry.groups * rows * arrays_per_strip(layer);
  layout.cell_reads = rounds * round.cells;
  layout.bit_products = bit_products(layer);
  layout.adcs = layout.arrays * array.adcs();
  layout.reference_adcs = layer.has_reference_column() ? std::ssize(strips) : 0;
  layout.notes = notes_on(layer);
  return layout;
}

}  // namespace bitline
