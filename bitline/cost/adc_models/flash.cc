#include "bitline/cost/adc_cost.h"

namespace bitline {
namespace {

AdcCost cost(std::int64_t levels, const Technology& technology) {
  const auto comparators = static_cast<double>(levels - 1);
  return {comparators * technology.comparator_area, comparators * technology.comparator_energy,
          technology.flash_time};
}

}  // namespace

const AdcModelPolicy adc_models::kFlash{
    .name = "flash", .meaning = "a comparator for each threshold", .cost = cost};

}  // namespace bitline
