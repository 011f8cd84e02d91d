#include "bitline/train/learned_range.h"

#include <algorithm>
#include <cmath>

#include "bitline/adc/clipped_sums.h"
#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// δ is a multiple of 1/16: finer than any two ADCs differ, and coarse enough for values of 32
/// bits.
constexpr std::int64_t kParts = 16;

/// ½ for the stream with the narrowest range.
Rational smallest_delta(const AdcSpec& spec) {
  const int shift = spec.stream_shifts.empty() ? 0 : std::ranges::max(spec.stream_shifts);
  return Rational(std::int64_t{1} << shift, 2);
}

}  // namespace

bool has_learnable_range(const AdcSpec& spec) {
  return spec.quantizer->has_range() && spec.centre == 0;
}

PlannedAdc with_learned_delta(PlannedAdc adc, double delta) {
  if (!std::isfinite(delta)) fail("a learned delta is no number; lower learning_rate");
  const Rational largest = largest_delta(adc.spec, adc.sums);
  const double in_range = std::clamp(delta, 0.0, largest.to_double());
  const Rational rounded(static_cast<std::int64_t>(std::floor(in_range * kParts + 0.5)), kParts);
  adc.spec.delta = std::clamp(rounded, std::min(smallest_delta(adc.spec), largest), largest);
  return adc;
}

UnclippedTables unclipped_tables(const std::vector<CodeTable>& tables) {
  UnclippedTables result;
  for (const CodeTable& table : tables) {
    const auto [first, last] = unclipped_sums(table);
    CodeTable clamped{table.minimum, table.maximum, {}, {static_cast<std::int32_t>(first)}};
    for (std::int64_t p = first + 1; p <= last; ++p) {
      clamped.thresholds.push_back(p);
      clamped.values.push_back(static_cast<std::int32_t>(p));
    }
    const CodeTable beyond{table.minimum,
                           table.maximum,
                           {first, last + 1},
                           {static_cast<std::int32_t>(first), 0, static_cast<std::int32_t>(last)}};
    for (const CodeTable& made : {clamped, beyond}) validate(made);
    result.clamped.push_back(std::move(clamped));
    result.beyond.push_back(beyond);
  }
  return result;
}

}  // namespace bitline
