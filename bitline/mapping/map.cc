#include "bitline/mapping/map.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/mapping/column_flips.h"
#include "bitline/mapping/encode_weights.h"
#include "bitline/mapping/tiling.h"

namespace bitline {
namespace {

void check_shape(const IntegerLayer& layer) {
  const ConvGeometry& g = layer.geometry;
  if (std::min({g.in_channels, g.in_height, g.in_width, g.out_channels, g.kernel_height,
                g.kernel_width, g.stride.height, g.stride.width, g.dilation.height,
                g.dilation.width, g.groups}) < 1 ||
      std::min({g.padding.top, g.padding.left, g.padding.bottom, g.padding.right}) < 0)
    fail("a size of the convolution is below 1");
  if (g.in_channels % g.groups != 0 || g.out_channels % g.groups != 0)
    fail("{} groups do not divide {} input and {} output channels", g.groups, g.in_channels,
         g.out_channels);
  if (g.padded_height() < g.window_height() || g.padded_width() < g.window_width())
    fail("a {} x {} kernel is larger than its padded input of {} x {}", g.window_height(),
         g.window_width(), g.padded_height(), g.padded_width());
  const Shape expected{g.out_channels, g.fan_in()};
  if (layer.weights.shape() != expected)
    fail("weights have the shape {}, the convolution needs {}", to_string(layer.weights.shape()),
         to_string(expected));
}

/// g_j. −2^(n_a − 1) in sign-magnitude has one magnitude bit more than the others.
std::vector<std::int64_t> stream_weights(const IntegerLayer& layer, const ArraySpec& array) {
  if (layer.input_odd) return {1};
  const int bits = layer.input_bits;
  if (!layer.input_signed) return digit_weights(bits, array.dac_bits);
  if (array.activation_encoding == ActivationEncoding::kSignMagnitude)
    return digit_weights(layer.input_narrow ? bits - 1 : bits, array.dac_bits);
  std::vector<std::int64_t> weights = digit_weights(bits - 1, array.dac_bits);
  weights.push_back(-(std::int64_t{1} << (bits - 1)));
  return weights;
}

InputStreams make_streams(const IntegerLayer& layer, const ArraySpec& array) {
  if (layer.input_bits < 1 || layer.input_bits > 16)
    fail_usage("activations of {} bits are not supported, quantize to 1 … 16 bits",
               layer.input_bits);
  if (layer.input_odd && layer.input_bits != 1)
    fail_usage("activations of -1 and +1 have 1 bit, not {}; set their bits to 1",
               layer.input_bits);
  if (layer.input_signed && layer.input_narrow && layer.input_bits == 1)
    fail_usage("narrow signed activations of 1 bit are always 0; give them 2 bits or more");
  return {stream_weights(layer, array), array.dac_bits,  layer.input_bits,
          layer.input_signed,           layer.input_odd, array.activation_encoding};
}

/// Padding drives word lines with an integer of the activations' grid.
void check_pad(const IntegerLayer& layer) {
  if (!layer.geometry.padding.any()) return;
  const std::int64_t pad = layer.pad_value;
  if (layer.input_odd && pad != -1 && pad != 1)
    fail_usage("pad value {} is not -1 or +1, and the activations have no 0; state one of the two",
               pad);
  const std::int64_t half = std::int64_t{1} << (layer.input_bits - 1);
  const std::int64_t minimum = layer.input_signed ? -half + (layer.input_narrow ? 1 : 0) : 0;
  const std::int64_t maximum = layer.input_signed ? half - 1 : 2 * half - 1;
  if (!layer.input_odd && (pad < minimum || pad > maximum))
    fail_usage("pad value {} lies outside the activations' grid {} … {}; pad within it", pad,
               minimum, maximum);
}

/// Sums of `rows` products of a cell digit and an input digit.
SumRange sum_range(std::int64_t rows, DigitRange cell, DigitRange input) {
  const auto [smallest, largest] =
      std::minmax({cell.minimum * input.minimum, cell.minimum * input.maximum,
                   cell.maximum * input.minimum, cell.maximum * input.maximum});
  return {rows * smallest, rows * largest};
}

/// (3) Of a normal column. Digits of a complemented column sum to half of what its cells hold at
/// most, whichever half is stored; at least to 1, since an ADC has two levels.
SumRange normal_sums(std::int64_t rows, DigitRange cell, DigitRange input, ColumnFlip flip) {
  if (flip != ColumnFlip::kComplement) return sum_range(rows, cell, input);
  return sum_range(std::max<std::int64_t>(rows * cell.maximum / 2, 1), {0, 1}, input);
}

/// (3) Where every row adds −1 or +1, the sums of a tile have the parity of its rows.
std::int64_t step_of_sums(const CimLayer& layer) {
  if (!layer.array.encoding->is_binary || !layer.streams.bipolar) return 1;
  const auto is_odd = [](const Tile& tile) { return tile.size() % 2 == 1; };
  const bool one_parity =
      std::ranges::all_of(layer.tiles, is_odd) || std::ranges::none_of(layer.tiles, is_odd);
  return one_parity ? 2 : 1;
}

CimLayer place(const IntegerLayer& layer, const ArraySpec& array, Digits digits) {
  check_shape(layer);
  // Which columns are flipped follows from their digits.
  const bool needs_digits = digits == Digits::kStored || array.column_flip != ColumnFlip::kNone;
  EncodedWeights encoded = encode_weights(layer, array, needs_digits);
  CimLayer mapped;
  static_cast<IntegerLayer&>(mapped) = layer;
  mapped.array = array;
  mapped.planes = encoded.planes;
  mapped.correction = encoded.correction;
  mapped.streams = make_streams(layer, array);
  check_pad(layer);
  mapped.tiles = cut_tiles(layer.geometry, array);
  flip_columns(array.column_flip, encoded.largest_digits, mapped.tiles, mapped.planes);
  if (digits == Digits::kOnDemand) mapped.planes.digits = {};
  std::size_t longest = 0;
  for (const Tile& tile : mapped.tiles) longest = std::max(longest, tile.size());
  const auto rows = static_cast<std::int64_t>(longest);
  mapped.sums = normal_sums(rows, encoded.column_digits, mapped.streams.range(), array.column_flip);
  mapped.sums.step = step_of_sums(mapped);
  if (mapped.has_reference_column())
    mapped.reference_sums = sum_range(rows, {1, 1}, mapped.streams.range());
  mapped.subtract_digitally = array.subtract == Subtract::kDigital;
  return mapped;
}

}  // namespace

CimLayer map_layer(const IntegerLayer& layer, const ArraySpec& array, Digits digits) {
  validate(array);
  return with_context(fmt::format("layer {}", layer.name),
                      [&] { return place(layer, array, digits); });
}

}  // namespace bitline
