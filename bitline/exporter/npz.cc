#include "bitline/exporter/npz.h"

#include <fmt/format.h>

#include "bitline/base/npy_writer.h"
#include "bitline/base/zip_writer.h"
#include "bitline/mapping/cell_digits.h"

namespace bitline {
namespace {

/// The arrays of one layer under its name.
class LayerArrays {
 public:
  LayerArrays(const CimLayer& layer, std::vector<ZipMember>& members)
      : layer_(layer), members_(members) {}

  void add_layer() {
    add("weights", layer_.weights);
    add("weight_scale", Tensor::of<float>({std::ssize(layer_.weight_scale)}, layer_.weight_scale));
    add("input_scale", Tensor::of<float>({}, std::span(&layer_.input_scale, 1)));
    add_number("input_zero_point", layer_.input_zero_point);
    add_number("pad_value", layer_.pad_value);
    add("digits", all_cell_digits(layer_));
    add_vector("plane_weights", layer_.planes.weights);
    if (layer_.planes.has_flips()) {
      add("column_signs", layer_.planes.signs);
      add_vector("flip_totals", layer_.planes.flip_totals);
    }
    add_vector("stream_weights", layer_.streams.weights);
    for (std::size_t t = 0; t < layer_.tiles.size(); ++t)
      add_vector(fmt::format("tile{}.rows", t), layer_.tiles[t]);
    add_number("reference_weight", layer_.correction.reference_weight);
    add_number("input_sum_weight", layer_.correction.input_sum_weight);
    add_number("divisor", layer_.correction.divisor);
  }

  /// One table for all input streams, or one each.
  void add_adc(const std::vector<CodeTable>& tables) {
    const CodeTable& table = tables.front();
    std::vector<std::int64_t> thresholds;
    std::vector<std::int64_t> values;
    for (const CodeTable& own : tables) {
      thresholds.insert(thresholds.end(), own.thresholds.begin(), own.thresholds.end());
      values.insert(values.end(), own.values.begin(), own.values.end());
    }
    Shape shape = tables.size() == 1 ? Shape{} : Shape{std::ssize(tables)};
    shape.push_back(std::ssize(table.thresholds));
    add("adc.thresholds", Tensor::of<std::int64_t>(shape, thresholds));
    shape.back() = table.levels();
    add("adc.values", Tensor::of<std::int64_t>(shape, values));
    add_vector("adc.unit", {table.unit.numerator(), table.unit.denominator()});
    add_vector("adc.range", {table.minimum, table.maximum});
  }

 private:
  void add(std::string_view what, const Tensor& tensor) {
    members_.push_back({fmt::format("{}.{}.npy", layer_.name, what), npy_file(tensor)});
  }
  void add_vector(std::string_view what, const std::vector<std::int64_t>& integers) {
    add(what, Tensor::of<std::int64_t>({std::ssize(integers)}, integers));
  }
  void add_number(std::string_view what, std::int64_t integer) {
    add(what, Tensor::of<std::int64_t>({}, std::span(&integer, 1)));
  }

  const CimLayer& layer_;
  std::vector<ZipMember>& members_;
};

}  // namespace

std::vector<std::byte> layers_npz(std::span<const CimLayer* const> layers,
                                  const std::map<std::string, std::vector<CodeTable>>& tables) {
  std::vector<ZipMember> members;
  for (const CimLayer* layer : layers) {
    LayerArrays arrays(*layer, members);
    arrays.add_layer();
    if (const auto table = tables.find(layer->name); table != tables.end())
      arrays.add_adc(table->second);
  }
  return zip_archive(members);
}

}  // namespace bitline
