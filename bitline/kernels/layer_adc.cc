#include "bitline/kernels/layer_adc.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/fail.h"
#include "bitline/mapping/column_bias.h"

namespace bitline {
namespace {

void check_covers(const CimLayer& layer, std::string_view column, const SumRange& sums,
                  const CodeTable& table) {
  if (table.minimum > sums.minimum || table.maximum < sums.maximum)
    fail(
        "layer {}: a {} column sums to {} … {}, but its ADC's table covers {} … {} only; make the "
        "table for this layer",
        layer.name, column, sums.minimum, sums.maximum, table.minimum, table.maximum);
}

void check_tables(const CimLayer& layer, const std::vector<CodeTable>& tables) {
  const std::int64_t count = std::ssize(tables);
  if (count != 1 && count != layer.streams.count())
    fail(
        "layer {}: its ADC has ranges for {} input streams, but the layer has {}; make the plan "
        "for this network and array",
        layer.name, count, layer.streams.count());
  for (const CodeTable& table : tables) {
    check_covers(layer, "normal", layer.sums, table);
    BITLINE_CHECK_EQ(table.unit == tables.front().unit, true);
  }
}

std::int64_t exact_quotient(const Rational& a, const Rational& b) {
  const Rational quotient = a / b;
  BITLINE_CHECK_EQ(quotient.denominator(), 1);
  return quotient.numerator();
}

/// The most that Σ_i c_i u_i over flipped planes can be in magnitude.
std::int64_t largest_complement_weight(const WeightPlanes& planes) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < planes.flip_totals.size(); ++i)
    sum += std::abs(planes.weights[i]) * planes.flip_totals[i];
  return sum;
}

std::int64_t magnitude_sum(const std::vector<std::int64_t>& weights) {
  std::int64_t sum = 0;
  for (const std::int64_t weight : weights) sum += std::abs(weight);
  return sum;
}

/// max |values[k]|; the values ascend, so one of the ends has it.
std::int64_t largest_value(const CodeTable& table) {
  return std::max(std::abs(std::int64_t{table.values.front()}),
                  std::abs(std::int64_t{table.values.back()}));
}

std::int64_t largest_magnitude(const std::vector<std::int32_t>& column_bias) {
  std::int64_t largest = 0;
  for (const std::int32_t h : column_bias) largest = std::max(largest, std::abs(std::int64_t{h}));
  return largest;
}

/// A lossless ADC has no threshold that could lie elsewhere in each column.
void check_bias(const CimLayer& layer, const std::vector<CodeTable>& tables,
                const std::vector<std::int32_t>& column_bias) {
  if (column_bias.empty()) return;
  const std::int64_t columns = bias_count(layer);
  if (std::ssize(column_bias) != columns)
    fail("layer {}: its ADC has a bias for {} columns, but the layer has {}; search again",
         layer.name, column_bias.size(), columns);
  if (tables.front().lossless)
    fail("layer {}: columns have a bias, but its ADCs are lossless; leave one of them out",
         layer.name);
}

/// Bounds |Y_int|, with 128 bits so that the bound itself is exact.
std::int64_t largest_output(const CimLayer& layer, const LayerAdc& adc) {
  using Wide = __int128;
  const Wide tiles = static_cast<Wide>(layer.tiles.size());
  const Wide inputs = magnitude_sum(layer.streams.weights);
  const Wide columns = layer.subtract_digitally ? 2 : 1;
  std::int64_t largest = 0;
  for (const CodeTable& table : adc.tables) largest = std::max(largest, largest_value(table));
  Wide bound =
      tiles * inputs * magnitude_sum(layer.planes.weights) * columns * largest * adc.adc_factor;
  if (layer.has_reference_column())
    bound += tiles * inputs * largest_value(adc.reference) * adc.reference_factor;
  const Wide largest_input_sum = inputs * layer.streams.range().maximum * layer.geometry.fan_in();
  bound += largest_input_sum * adc.input_sum_factor;
  bound += largest_input_sum * largest_complement_weight(layer.planes) * adc.complement_factor;
  bound += tiles * inputs * magnitude_sum(layer.planes.weights) * columns *
           largest_magnitude(adc.column_bias) * adc.bias_factor;
  if (bound > static_cast<Wide>(INT64_MAX))
    fail("layer {}: outputs of its ADC's table do not fit 64 bits; give the table coarser values",
         layer.name);
  return static_cast<std::int64_t>(bound);
}

}  // namespace

LayerAdc make_layer_adc(const CimLayer& layer, const CodeTable& table) {
  return make_layer_adc(layer, std::vector<CodeTable>{table});
}

LayerAdc make_layer_adc(const CimLayer& layer, const AdcSpec& spec, const SumRange& sums) {
  LayerAdc adc = make_layer_adc(layer, shared_tables(spec, sums), spec.column_bias);
  check_column_bias(layer, spec.column_bias);
  return adc;
}

LayerAdc make_layer_adc(const CimLayer& layer, std::vector<CodeTable> tables) {
  return make_layer_adc(layer, std::move(tables), std::vector<std::int32_t>());
}

LayerAdc make_layer_adc(const CimLayer& layer, std::vector<CodeTable> tables,
                        std::vector<std::int32_t> column_bias) {
  return make_layer_adc(
      layer, std::move(tables),
      layer.has_reference_column() ? lossless_table(layer.reference_sums) : CodeTable{},
      std::move(column_bias));
}

LayerAdc make_layer_adc(const CimLayer& layer, std::vector<CodeTable> tables,
                        const CodeTable& reference, std::vector<std::int32_t> column_bias) {
  check_tables(layer, tables);
  check_bias(layer, tables, column_bias);
  if (layer.has_reference_column())
    check_covers(layer, "reference", layer.reference_sums, reference);
  const Correction& correction = layer.correction;
  const Rational column = tables.front().unit / correction.divisor;
  const Rational reference_column =
      Rational(correction.reference_weight) * reference.unit / correction.divisor;
  const Rational input_sum(correction.input_sum_weight, correction.divisor);
  const Rational complement(layer.planes.has_complements() ? 1 : 0, correction.divisor);

  const Rational bias(column_bias.empty() ? 0 : 1, correction.divisor);

  LayerAdc adc{std::move(tables), reference};
  adc.column_bias = std::move(column_bias);
  adc.unit = common_unit(common_unit(column, reference_column), common_unit(input_sum, complement));
  adc.unit = common_unit(adc.unit, bias);
  adc.adc_factor = exact_quotient(column, adc.unit);
  adc.reference_factor = exact_quotient(reference_column, adc.unit);
  adc.input_sum_factor = exact_quotient(input_sum, adc.unit);
  adc.complement_factor = exact_quotient(complement, adc.unit);
  adc.bias_factor = exact_quotient(bias, adc.unit);
  adc.largest_output = largest_output(layer, adc);
  return adc;
}

}  // namespace bitline
