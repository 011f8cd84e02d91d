#include "bitline/adc/adc_plan.h"

#include "fuzz/fuzz_parser.h"

// What is read can be written, and reads back to the same plan.
BITLINE_FUZZ(bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bitline::AdcPlan plan = bitline::plan_from_json(text);
  if (bitline::plan_from_json(bitline::to_json(plan)) != plan) std::abort();
}
