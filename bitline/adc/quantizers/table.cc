// An ADC that is given by its transfer curve; equation (5g).
#include "bitline/adc/adc_spec.h"
#include "bitline/base/fail.h"

namespace bitline {
namespace {

CodeTable table(const AdcSpec& spec, const SumRange& sums) {
  const auto values = static_cast<std::int64_t>(spec.table_values.size());
  if (spec.levels != values)
    fail_usage("levels {} does not fit an ADC table of {} values; choose {}", spec.levels, values,
               values);
  return table_from_values(sums, spec.table_thresholds, spec.table_values);
}

}  // namespace

const QuantizerPolicy quantizers::kTable{
    .name = "table",
    .meaning = "at any places: a measured curve, or what a range method computes",
    .uses = {.curve = true},
    .table = table};

}  // namespace bitline
