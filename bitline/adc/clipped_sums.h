// Sums outside what an ADC reads; equation (5h) of docs/arithmetic.md.
#pragma once

#include <cstdint>
#include <utility>

#include "bitline/adc/code_table.h"
#include "bitline/adc/histogram.h"

namespace bitline {

/// First and last possible sum that the table does not clip: those within half a step of its
/// outermost values, where the step is that to the next value; equation (5h). All of them where it
/// is lossless or has a single value.
std::pair<std::int64_t, std::int64_t> unclipped_sums(const CodeTable& table);

/// How many of the sums that were seen are clipped.
struct ClippedSums {
  std::int64_t clipped = 0;
  std::int64_t total = 0;

  /// 0 to 1; 0 where no sum was seen.
  double share() const;
  ClippedSums& operator+=(const ClippedSums& other);
};

/// Of the sums in `seen` under `table`.
ClippedSums count_clipped(const CodeTable& table, const Histogram& seen);

}  // namespace bitline
