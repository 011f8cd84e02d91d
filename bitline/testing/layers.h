// Layers and mappings for tests: small random ones, and a list of every kind of mapping.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "bitline/base/random.h"
#include "bitline/mapping/array_spec.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline::test {

/// Draws an integer from least … most. Both a seeded Random and RapidCheck can stand behind it.
using Draw = std::function<std::int64_t(std::int64_t least, std::int64_t most)>;

inline Draw draw_from(Random& random) {
  return [&random](std::int64_t least, std::int64_t most) {
    const auto choices = static_cast<std::uint64_t>(most - least + 1);
    return least + static_cast<std::int64_t>(random.below(choices));
  };
}

enum class InputKind { kUnsigned, kTwosComplement, kSignMagnitude, kNarrowSignMagnitude, kBipolar };

/// One kind of mapping: everything that is a choice between names, and cell and DAC bits.
struct MappingCase {
  ArraySpec array;
  bool weight_odd = false;
  InputKind input = InputKind::kUnsigned;
};

inline std::string describe(const MappingCase& mapping) {
  const ArraySpec& array = mapping.array;
  return fmt::format(
      "{}{} {} {} flip {} {} {} cell_bits {} dac_bits {} input kind {} driven rows {}",
      name_of(array.encoding), mapping.weight_odd ? " (odd grid)" : "", name_of(array.subtract),
      name_of(array.offset_removal), name_of(array.column_flip), name_of(array.row_order),
      name_of(array.tile_cut), array.cell_bits, array.dac_bits, static_cast<int>(mapping.input),
      array.driven_rows());
}

/// Encodings with the choices that belong to them, at one cell bit; those with flipped columns
/// behind those without.
inline std::vector<MappingCase> every_encoding() {
  std::vector<MappingCase> cases(7);
  cases[1].array.subtract = Subtract::kDigital;
  cases[2].array.encoding = cases[3].array.encoding = encodings::kBipolar;
  cases[3].weight_odd = true;
  cases[4].array.encoding = encodings::kTwosComplement;
  cases[5].array.encoding = cases[6].array.encoding = encodings::kOffset;
  cases[6].array.offset_removal = OffsetRemoval::kDigital;
  for (const std::size_t unflipped : {0U, 2U, 3U, 4U, 5U, 6U}) {
    cases.push_back(cases[unflipped]);
    cases.back().array.column_flip = unflipped < 4 ? ColumnFlip::kSign : ColumnFlip::kComplement;
  }
  return cases;
}

/// Every allowed encoding × row order × tile cut × 1 … 4 cell bits × 1 … 4 DAC bits × input kind.
inline std::vector<MappingCase> every_mapping() {
  std::vector<MappingCase> cases;
  for (MappingCase mapping : every_encoding())
    for (const RowOrder order :
         {RowOrder::kChannelMajor, RowOrder::kKernelMajor, RowOrder::kWholeChannels})
      for (const TileCut cut : {TileCut::kFull, TileCut::kBalanced})
        for (int m = 1; m <= (mapping.array.encoding->is_binary ? 1 : 4); ++m)
          for (int d = 1; d <= 4; ++d)
            for (const InputKind input :
                 {InputKind::kUnsigned, InputKind::kTwosComplement, InputKind::kSignMagnitude,
                  InputKind::kNarrowSignMagnitude, InputKind::kBipolar}) {
              mapping.array.row_order = order;
              mapping.array.tile_cut = cut;
              mapping.array.cell_bits = m;
              mapping.array.dac_bits = d;
              mapping.array.activation_encoding =
                  input == InputKind::kSignMagnitude || input == InputKind::kNarrowSignMagnitude
                      ? ActivationEncoding::kSignMagnitude
                      : ActivationEncoding::kTwosComplement;
              mapping.input = input;
              cases.push_back(mapping);
            }
  return cases;
}

/// At most 6 channels, kernels of 1 … 3, strides, holes, uneven padding, one group to depthwise.
inline ConvGeometry draw_geometry(const Draw& draw) {
  ConvGeometry geometry;
  geometry.groups = draw(1, 3);
  geometry.in_channels = geometry.groups * draw(1, 6 / geometry.groups);
  geometry.out_channels = geometry.groups * draw(1, 6 / geometry.groups);
  geometry.kernel_height = draw(1, 3);
  geometry.kernel_width = draw(1, 3);
  geometry.stride = {draw(1, 2), draw(1, 2)};
  geometry.padding = {draw(0, 1), draw(0, 2), draw(0, 1), draw(0, 1)};
  geometry.dilation = {draw(1, 2), draw(1, 2)};
  geometry.in_height = geometry.window_height() + draw(0, 2);
  geometry.in_width = geometry.window_width() + draw(0, 2);
  return geometry;
}

inline std::int64_t smallest_activation(const IntegerLayer& layer) {
  if (layer.input_odd) return -1;
  if (!layer.input_signed) return 0;
  return -(std::int64_t{1} << (layer.input_bits - 1)) + (layer.input_narrow ? 1 : 0);
}

inline std::int64_t draw_activation(const IntegerLayer& layer, const Draw& draw) {
  if (layer.input_odd) return 2 * draw(0, 1) - 1;
  const std::int64_t largest = (std::int64_t{1} << (layer.input_bits - layer.input_signed)) - 1;
  return draw(smallest_activation(layer), largest);
}

inline std::int64_t draw_weight(const IntegerLayer& layer, const Draw& draw) {
  const std::int64_t half = std::int64_t{1} << (layer.weight_bits - 1);
  const std::int64_t ordinary = draw(-half, half - 1);
  return layer.weight_odd ? 2 * ordinary + 1 : ordinary;
}

/// A layer that `mapping` can hold, over the whole range of its grids.
inline IntegerLayer draw_layer(const MappingCase& mapping, const Draw& draw) {
  IntegerLayer layer;
  layer.name = "drawn";
  layer.geometry = draw_geometry(draw);
  layer.weight_bits = static_cast<int>(draw(mapping.array.encoding->holds_magnitudes ? 2 : 1, 5));
  layer.weight_odd = mapping.weight_odd;
  layer.input_odd = mapping.input == InputKind::kBipolar;
  layer.input_signed = !layer.input_odd && mapping.input != InputKind::kUnsigned;
  layer.input_narrow = mapping.input == InputKind::kNarrowSignMagnitude;
  layer.input_bits = layer.input_odd ? 1 : static_cast<int>(draw(layer.input_narrow ? 2 : 1, 5));
  layer.pad_value = draw_activation(layer, draw);
  layer.weights = Tensor(DType::kI32, {layer.geometry.out_channels, layer.geometry.fan_in()});
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(draw_weight(layer, draw));
  return layer;
}

/// Few enough rows that layers have several tiles, some of them not full.
inline void draw_rows(MappingCase& mapping, const IntegerLayer& layer, const Draw& draw) {
  const ConvGeometry& g = layer.geometry;
  const bool whole = mapping.array.row_order == RowOrder::kWholeChannels;
  const std::int64_t least = whole ? g.kernel_height * g.kernel_width : 1;
  mapping.array.active_rows = draw(least, least + 12);
  mapping.array.rows = mapping.array.active_rows + draw(0, 12);
}

inline std::vector<std::int32_t> draw_activations(const IntegerLayer& layer, std::int64_t images,
                                                  const Draw& draw) {
  std::vector<std::int32_t> activations(
      static_cast<std::size_t>(images * layer.geometry.in_size()));
  for (std::int32_t& activation : activations)
    activation = static_cast<std::int32_t>(draw_activation(layer, draw));
  return activations;
}

/// A fully connected layer; weights are [outputs, inputs].
inline IntegerLayer linear_layer(std::int64_t outputs, std::vector<std::int32_t> weights,
                                 int weight_bits, int input_bits) {
  IntegerLayer layer;
  layer.name = "linear";
  layer.geometry.out_channels = outputs;
  layer.geometry.in_channels = static_cast<std::int64_t>(weights.size()) / outputs;
  layer.weights = Tensor::of<std::int32_t>({outputs, layer.geometry.in_channels}, weights);
  layer.weight_bits = weight_bits;
  layer.input_bits = input_bits;
  return layer;
}

}  // namespace bitline::test
