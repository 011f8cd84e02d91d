#include "bitline/mapping/layout.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "bitline/base/rational.h"

namespace bitline {
namespace {

std::int64_t magnitude_sum(const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += std::abs(weight);
  return sum;
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
std::int64_t columns_per_cell(const ArraySpec& array) {
  return array.encoding == Encoding::kDifferential ? 2 : 1;
}

std::int64_t strip_columns(const CimLayer& layer) {
  const std::int64_t outputs = layer.geometry.out_channels / layer.geometry.groups;
  return outputs * layer.planes.count() * columns_per_cell(layer.array) +
         (layer.has_reference_column() ? 1 : 0);
}

/// Strips of at most array.rows rows that all tiles of all groups fill, none torn apart.
std::int64_t count_strips(const CimLayer& layer) {
  std::int64_t strips = 0;
  std::int64_t free_rows = 0;
  for (std::int64_t group = 0; group < layer.geometry.groups; ++group)
    for (const Tile& tile : layer.tiles) {
      const auto rows = static_cast<std::int64_t>(tile.size());
      if (rows > free_rows) {
        ++strips;
        free_rows = layer.array.rows;
      }
      free_rows -= rows;
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

std::int64_t count_arrays(const CimLayer& layer, std::int64_t strips) {
  const std::int64_t width = strip_columns(layer);
  if (layer.geometry.groups > 1 && width <= usable_columns(layer.array))
    return ceil_div(strips, usable_columns(layer.array) / width);
  return strips * arrays_per_strip(layer);
}

/// A pair that is subtracted before its ADC is one input of that ADC.
std::int64_t adcs_per_array(const CimLayer& layer) {
  const bool analog_pairs =
      layer.array.encoding == Encoding::kDifferential && !layer.subtract_digitally;
  return ceil_div(layer.array.columns / (analog_pairs ? 2 : 1), layer.array.columns_per_adc);
}

std::vector<std::string> notes_on(const CimLayer& layer) {
  std::vector<std::string> notes;
  const auto usual_planes =
      static_cast<std::int64_t>(digit_weights(layer.weight_bits - 1, layer.array.cell_bits).size());
  if (layer.array.encoding == Encoding::kDifferential && layer.planes.count() > usual_planes)
    notes.push_back(fmt::format("weight {} needs one more plane: {} instead of {}",
                                -(std::int64_t{1} << (layer.weight_bits - 1)), layer.planes.count(),
                                usual_planes));
  const auto usual_streams =
      static_cast<std::int64_t>(digit_weights(layer.input_bits - 1, layer.array.dac_bits).size());
  if (layer.input_signed && layer.streams.encoding == ActivationEncoding::kSignMagnitude &&
      layer.streams.count() > usual_streams)
    notes.push_back(fmt::format("activation {} needs one more stream: {} instead of {}",
                                -(std::int64_t{1} << (layer.input_bits - 1)), layer.streams.count(),
                                usual_streams));
  if (layer.planes.has_flips())
    notes.push_back(fmt::format("{} of {} columns are flipped", layer.planes.flipped_columns(),
                                layer.planes.signs.size()));
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
  const std::int64_t strips = count_strips(layer);
  LayerLayout layout;
  layout.name = layer.name;
  layout.fan_in = layer.geometry.fan_in();
  layout.tiles = static_cast<std::int64_t>(layer.tiles.size());
  layout.planes = layer.planes.count();
  layout.streams = layer.streams.count();
  layout.arrays = count_arrays(layer, strips);
  layout.physical_columns = strips * strip_columns(layer);
  const std::int64_t cells = layout.fan_in * layer.geometry.groups * strip_columns(layer);
  layout.cell_utilisation =
      static_cast<double>(cells) / static_cast<double>(layout.arrays * array.rows * array.columns);
  layout.partial_sum_bits = partial_sum_bits(layer.sums);
  layout.accumulator_bits = accumulator_bits(layer, layer.sums.magnitude());
  layout.conversions = layer.conversions();
  layout.reference_conversions = layer.reference_conversions();
  const std::int64_t reads = layer.geometry.out_positions() * layout.streams;
  layout.array_reads = reads * layer.geometry.groups * layout.tiles * arrays_per_strip(layer);
  layout.driven_word_lines =
      reads * layer.geometry.groups * layout.fan_in * arrays_per_strip(layer);
  layout.cell_reads = reads * cells;
  layout.adcs = layout.arrays * adcs_per_array(layer);
  layout.notes = notes_on(layer);
  return layout;
}

}  // namespace bitline
