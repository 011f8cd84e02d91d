#include "bitline/cost/adc_cost.h"

#include "bitline/base/fail.h"

namespace bitline {

AdcCost adc_cost(AdcModel model, std::int64_t levels, const Technology& technology) {
  if (levels < 2) fail_usage("an ADC of {} levels; the fewest are 2", levels);
  return model->cost(levels, technology);
}

}  // namespace bitline
