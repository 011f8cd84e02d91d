// For tests: histograms, and what a table of levels says of them.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/histogram.h"

namespace bitline::test {

/// Sums −8 … 8, of which these were seen so often.
inline Histogram seen(const std::map<std::int64_t, std::int64_t>& counts) {
  Histogram sums(-8, 8);
  for (const auto& [p, count] : counts) sums.add(p, count);
  return sums;
}

/// Up to twelve possible sums around 0, at least one of which was seen.
inline Histogram arbitrary_histogram() {
  Histogram sums(*rc::gen::inRange<std::int64_t>(-6, 1), *rc::gen::inRange<std::int64_t>(1, 6));
  for (std::int64_t& count : sums.counts()) count = *rc::gen::inRange<std::int64_t>(0, 5);
  sums.add(0);
  return sums;
}

/// The same distribution of 10^11 times as many conversions.
inline Histogram many_times(const Histogram& sums) {
  Histogram many = sums;
  for (std::int64_t& count : many.counts()) count *= 100'000'000'000;
  return many;
}

/// Σ count · (p − value)², by the table that the kernels use.
inline Rational error_of(const AdcSpec& spec, const Histogram& sums) {
  const CodeTable table = make_code_table(spec, {sums.minimum(), sums.maximum()});
  Rational error = 0;
  for (std::int64_t p = sums.minimum(); p <= sums.maximum(); ++p) {
    const Rational off = Rational(p) - Rational(table.value(p)) * table.unit;
    error = error + Rational(sums.count(p)) * off * off;
  }
  return error;
}

/// `values` in units of 1/256 LSB.
inline std::vector<Rational> parts_of_256(const std::vector<std::int64_t>& values) {
  std::vector<Rational> result;
  for (const std::int64_t value : values) result.emplace_back(value, 256);
  return result;
}

}  // namespace bitline::test
