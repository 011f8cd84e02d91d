// Shapes and widths of a layer's golden vectors.
#include <fmt/format.h>

#include "bitline/exporter/golden_layer.h"

namespace bitline {
namespace {

/// Activation integers of the layer's grid.
DigitRange activation_range(const IntegerLayer& layer) {
  if (layer.input_odd) return {-1, 1};
  const std::int64_t half = std::int64_t{1} << (layer.input_bits - 1);
  if (!layer.input_signed) return {0, 2 * half - 1};
  return {-half, half - 1};
}

/// Digits that a cell, or a pair of cells, can hold.
DigitRange cell_range(const ArraySpec& array) {
  const std::int64_t largest = (std::int64_t{1} << array.cell_bits) - 1;
  return {array.encoding->has_signed_digits ? -largest : 0, largest};
}

/// Appends the arrays of one layer.
class ArrayList {
 public:
  explicit ArrayList(const GoldenLayer& golden) : golden_(golden), layer_(*golden.layer) {}

  std::vector<GoldenArray> list() && {
    const ConvGeometry& g = layer_.geometry;
    const DigitRange inputs = activation_range(layer_);
    add("inputs", word_format(inputs.minimum, inputs.maximum), {g.groups, g.fan_in()},
        {"group", "fan_in"});
    for (std::size_t t = 0; t < layer_.tiles.size(); ++t) add_tile(fmt::format("tile{}.", t), t);
    add("outputs", {64, true}, {g.out_channels}, {"channel"});
    return std::move(list_);
  }

 private:
  void add_tile(const std::string& tile, std::size_t t) {
    const std::int64_t rows = std::ssize(layer_.tiles[t]);
    const std::int64_t streams = layer_.streams.count();
    const std::int64_t channels = layer_.geometry.out_channels;
    const DigitRange digits = layer_.streams.range();
    add(tile + "input_streams", word_format(digits.minimum, digits.maximum),
        {layer_.geometry.groups, streams, rows}, {"group", "stream", "row"});
    const DigitRange cells = cell_range(layer_.array);
    for (std::int64_t i = 0; i < layer_.planes.count(); ++i)
      list_.push_back({fmt::format("{}weights.plane{}.hex", tile, i),
                       word_format(cells.minimum, cells.maximum),
                       {channels, rows},
                       {"channel", "row"}});
    Shape sums{channels, layer_.planes.count(), streams};
    std::vector<std::string> axes{"channel", "plane", "stream"};
    if (layer_.subtract_digitally) {
      sums.push_back(2);
      axes.emplace_back("positive_negative");
    }
    add_sums(tile, "", layer_.sums, golden_.adc.tables.front(), sums, axes);
    if (layer_.has_reference_column())
      add_sums(tile, "reference_", layer_.reference_sums, golden_.adc.reference,
               {layer_.geometry.groups, streams}, {"group", "stream"});
  }

  void add_sums(const std::string& tile, const char* kind, const SumRange& range,
                const CodeTable& table, const Shape& shape, const std::vector<std::string>& axes) {
    add(fmt::format("{}{}partial_sums", tile, kind), word_format(range.minimum, range.maximum),
        shape, axes);
    add(fmt::format("{}{}adc_codes", tile, kind), word_format(0, table.levels() - 1), shape, axes);
  }

  /// For every image and output position.
  void add(const std::string& name, const WordFormat& format, const Shape& shape,
           const std::vector<std::string>& axes) {
    GoldenArray array{
        name + ".hex",
        format,
        {golden_.activations.dim(0), layer_.geometry.out_height(), layer_.geometry.out_width()},
        {"image", "y", "x"}};
    array.shape.insert(array.shape.end(), shape.begin(), shape.end());
    array.axes.insert(array.axes.end(), axes.begin(), axes.end());
    list_.push_back(std::move(array));
  }

  const GoldenLayer& golden_;
  const CimLayer& layer_;
  std::vector<GoldenArray> list_;
};

}  // namespace

std::vector<GoldenArray> golden_arrays(const GoldenLayer& golden) {
  return ArrayList(golden).list();
}

}  // namespace bitline
