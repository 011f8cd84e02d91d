#include "bitline/adc/adc_spec.h"
#include "bitline/adc/uniform_levels.h"

namespace bitline {
namespace {

UniformLevels levels(const AdcSpec&, const SumRange& sums) {
  return {.centre = 0,
          .origin = sums.minimum,
          .step = sums.step,
          .lowest = 0,
          .highest = sums.count() - 1};
}

CodeTable table(const AdcSpec&, const SumRange& sums) { return lossless_table(sums); }

}  // namespace

const QuantizerPolicy quantizers::kLossless{.name = "lossless",
                                            .meaning = "every possible sum as it is",
                                            .uses = {.levels = false},
                                            .levels = levels,
                                            .table = table};

}  // namespace bitline
