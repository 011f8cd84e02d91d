#include "bitline/options/describe.h"

#include <fmt/format.h>

#include "bitline/base/field_values.h"
#include "bitline/base/file.h"
#include "bitline/cost/technology.h"

namespace bitline {

namespace {

std::string describe_array(ArraySpec array) {
  array.active_rows = array.driven_rows();
  return describe_fields(array);
}

std::string describe_adc(const AdcConfig& adc) {
  if (!adc.measured) return describe_fields(adc);
  return describe_fields(adc) + fmt::format("measured {} values {}, ",
                                            field_value(adc.measured->table_thresholds),
                                            field_value(adc.measured->table_values));
}

/// In quotes, so that no name looks like what is said of another layer.
std::string of_layer(const std::string& name, const std::string& text) {
  return fmt::format("layer {}: {}", field_value(std::vector{name}), text);
}

}  // namespace

std::string describe(const NetworkArrays& arrays) {
  std::string text = describe_array(arrays.common);
  for (const auto& [name, own] : arrays.layers)
    text += of_layer(
        name, fmt::format("digital {}, {}", field_value(own.digital), describe_array(own.array)));
  return text;
}

std::string describe_columns_per_adc(const NetworkArrays& arrays) {
  std::string text = std::to_string(arrays.common.inputs_per_adc());
  for (const auto& [name, own] : arrays.layers)
    text += of_layer(name, std::to_string(own.array.inputs_per_adc()));
  return text;
}

std::string describe(const DataConfig& data) { return describe_fields(data); }

std::string describe(const CostConfig& cost) {
  const std::string technology =
      cost.technology.empty() ? std::string(technology_32nm()) : read_text_file(cost.technology);
  return describe_fields(cost) + technology;
}

std::string describe(const AllocateConfig& allocate, bool recalibrate) {
  return describe_fields(allocate) + fmt::format("recalibrate {}", recalibrate);
}

std::string describe(const NetworkAdcs& adcs) {
  std::string text = describe_adc(adcs.common);
  for (const auto& [name, own] : adcs.layers) text += of_layer(name, describe_adc(own));
  return text;
}

std::string describe(const SearchConfig& search, const NetworkAdcs& adcs) {
  return describe(adcs) + describe_fields(search);
}

std::string describe(const TrainConfig& train, std::uint64_t seed) {
  return fmt::format("seed {}, {}", seed, describe_fields(train));
}

std::string describe(const RetrainConfig& retrain, std::uint64_t seed) {
  return fmt::format("seed {}, {}", seed, describe_fields(retrain));
}

std::string describe_grids(const QuantizeConfig& quantize) {
  return describe_fields(quantize.grids) + describe_fields(quantize.post_training);
}

std::string describe_learning(const QuantizeConfig& quantize) {
  return fmt::format("quantizer {}, ", name_of(quantize.grids.quantizer));
}

std::string describe_recipe(const RunConfig& config) {
  return describe(config.train, config.seed) + describe(config.data) +
         (config.quantize ? describe_fields(config.quantize->grids)
                          : describe_learning(config.quantize_or_default()));
}

}  // namespace bitline
