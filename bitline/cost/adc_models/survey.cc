// By bits, from the technology's table of published converters; it has error bars.
#include <bit>

#include "bitline/base/fail.h"
#include "bitline/cost/adc_cost.h"

namespace bitline {
namespace {

AdcCost cost(std::int64_t levels, const Technology& technology) {
  const auto bits =
      static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(levels - 1)));
  if (bits > technology.survey.size())
    fail_usage(
        "technology \"{}\" has a survey of ADCs up to {} bits, {} levels take {}; use \"sar\"",
        technology.name, technology.survey.size(), levels, bits);
  const SurveyedAdc& adc = technology.survey[bits - 1];
  return {adc.area.value, adc.energy.value, technology.survey_time};
}

}  // namespace

const AdcModelPolicy adc_models::kSurvey{
    .name = "survey",
    .meaning = "published converters of 1 to 8 bits, with error bars",
    .cost = cost};

}  // namespace bitline
