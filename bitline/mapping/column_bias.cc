#include "bitline/mapping/column_bias.h"

#include "bitline/base/fail.h"

namespace bitline {

SumRange bias_range(const CimLayer& layer) {
  const ArraySpec& array = layer.array;
  if (array.thresholds == Thresholds::kColumn) {
    const std::int64_t widest = layer.sums.maximum - layer.sums.minimum;
    return {-widest, widest};
  }
  const std::int64_t most = array.bias_rows * ((std::int64_t{1} << array.cell_bits) - 1);
  const bool is_signed = array.encoding->has_signed_digits && !layer.subtract_digitally;
  SumRange range{is_signed ? -most : 0, most};
  if (array.encoding->is_binary && most > 0) range.step = 2;
  return range;
}

std::int64_t bias_count(const CimLayer& layer) {
  return layer.planes.count() * (layer.subtract_digitally ? 2 : 1) * layer.geometry.out_channels *
         static_cast<std::int64_t>(layer.tiles.size());
}

void check_column_bias(const CimLayer& layer, std::span<const std::int32_t> bias) {
  const SumRange range = bias_range(layer);
  const auto tiles = static_cast<std::int64_t>(layer.tiles.size());
  const std::int64_t channels = layer.geometry.out_channels;
  for (std::int64_t i = 0; i < std::ssize(bias); ++i) {
    const std::int64_t h = bias[static_cast<std::size_t>(i)];
    if (h >= range.minimum && h <= range.maximum && (h - range.minimum) % range.step == 0) continue;
    fail_usage(
        "layer {}: column of plane {}, channel {} and tile {} has the bias {}, but with "
        "array.bias_rows = {} and array.thresholds = {} it is one of {} … {}{}; search on this "
        "array",
        layer.name, i / tiles / channels / (layer.subtract_digitally ? 2 : 1), i / tiles % channels,
        i % tiles, h, layer.array.bias_rows, name_of(layer.array.thresholds), range.minimum,
        range.maximum, range.step == 1 ? "" : " in steps of 2");
  }
}

}  // namespace bitline
