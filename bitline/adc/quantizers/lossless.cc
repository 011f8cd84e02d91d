#include "bitline/adc/adc_spec.h"
#include "bitline/adc/uniform_levels.h"

namespace bitline {
namespace {

UniformLevels levels(const AdcSpec&, std::int64_t minimum, std::int64_t maximum) {
  return {.centre = 0, .origin = 0, .step = 1, .lowest = minimum, .highest = maximum};
}

CodeTable table(const AdcSpec&, std::int64_t minimum, std::int64_t maximum) {
  return lossless_table(minimum, maximum);
}

}  // namespace

const QuantizerPolicy quantizers::kLossless{.name = "lossless",
                                            .meaning = "every possible sum as it is",
                                            .uses = {.levels = false},
                                            .levels = levels,
                                            .table = table};

}  // namespace bitline
