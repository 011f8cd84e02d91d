#include "bitline/options/describe.h"

#include <fmt/format.h>

#include "bitline/base/field_values.h"
#include "bitline/base/file.h"
#include "bitline/cost/technology.h"

namespace bitline {

std::string describe(const ArraySpec& array) {
  ArraySpec resolved = array;
  resolved.active_rows = array.driven_rows();
  return describe_fields(resolved);
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

std::string describe(const AdcConfig& adc) {
  if (!adc.measured) return describe_fields(adc);
  return describe_fields(adc) + fmt::format("measured {} values {}, ",
                                            field_value(adc.measured->table_thresholds),
                                            field_value(adc.measured->table_values));
}

std::string describe(const SearchConfig& search, const AdcConfig& adc) {
  return describe(adc) + describe_fields(search);
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
