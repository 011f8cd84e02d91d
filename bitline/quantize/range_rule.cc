#include "bitline/quantize/range_rule.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

float magnitude_on(const QuantSpec& spec, float value) {
  return spec.minimum() < 0 ? std::abs(value) : std::max(value, 0.0F);
}

float largest_magnitude(std::span<const ValueCount> values, const QuantSpec& spec) {
  float largest = 0;
  for (const ValueCount& v : values) largest = std::max(largest, magnitude_on(spec, v.value));
  return largest;
}

/// Smallest magnitude above 0 that at least `percentile` per cent of the values do not exceed.
float percentile_magnitude(std::span<const ValueCount> values, double percentile,
                           const QuantSpec& spec) {
  std::vector<ValueCount> sorted(values.begin(), values.end());
  std::int64_t total = 0;
  for (ValueCount& v : sorted) {
    v.value = magnitude_on(spec, v.value);
    total += v.count;
  }
  std::ranges::sort(sorted, {}, &ValueCount::value);
  const double wanted = static_cast<double>(total) * percentile / 100;
  std::int64_t seen = 0;
  for (const ValueCount& v : sorted) {
    seen += v.count;
    if (v.value > 0 && static_cast<double>(seen) >= wanted) return v.value;
  }
  return sorted.back().value;
}

double squared_error(std::span<const ValueCount> values, const QuantSpec& spec, float scale) {
  const Grid grid(spec, scale);
  double error = 0;
  for (const ValueCount& v : values) {
    const auto rounded = static_cast<double>(grid.to_integer(v.value)) * static_cast<double>(scale);
    const double difference = static_cast<double>(v.value) - rounded;
    error += static_cast<double>(v.count) * difference * difference;
  }
  return error;
}

float scale_of_least_error(std::span<const ValueCount> values, const QuantSpec& spec,
                           float largest) {
  constexpr int kParts = 100;
  float best = largest;
  double least = squared_error(values, spec, largest);
  for (int part = kParts - 1; part > 0; --part) {
    const float scale = largest * static_cast<float>(part) / kParts;
    const double error = squared_error(values, spec, scale);
    if (error >= least) continue;
    least = error;
    best = scale;
  }
  return best;
}

}  // namespace

float scale_for(const RangeOptions& options, std::span<const ValueCount> values,
                const QuantSpec& spec) {
  float end = largest_magnitude(values, spec);
  if (end > 0 && options.rule == RangeRule::kPercentile)
    end = percentile_magnitude(values, options.percentile, spec);
  const float scale = end / static_cast<float>(spec.maximum());
  if (!std::isfinite(1 / scale)) return 1;  // values that are 0, or as good as
  return options.rule == RangeRule::kMse ? scale_of_least_error(values, spec, scale) : scale;
}

}  // namespace bitline
