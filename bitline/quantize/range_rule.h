// The step of a grid from the values that it has to hold, without training.
#pragma once

#include <span>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/graph/quant_spec.h"

namespace bitline {

/// min-max: the largest magnitude is the grid's end. percentile: that share of the magnitudes lies
/// within the grid. mse: of 100 equal parts of min-max's step, the number that leaves the least
/// squared error.
enum class RangeRule { kMinMax, kPercentile, kMse };
template <>
struct EnumNames<RangeRule> {
  static constexpr std::string_view kWhat = "range rule";
  static constexpr std::array<std::string_view, 3> kNames{"min-max", "percentile", "mse"};
};

struct RangeOptions {
  RangeRule rule = RangeRule::kMse;
  double percentile = 99.9;  ///< of percentile: above 0, at most 100
};

/// A value and how often it occurs.
struct ValueCount {
  float value = 0;
  std::int64_t count = 1;
};

/// The scale for `spec`'s bits and signs; 1 where all values are 0. A grid without negative numbers
/// takes no notice of them. Sums run in double, in the order of `values`.
float scale_for(const RangeOptions& options, std::span<const ValueCount> values,
                const QuantSpec& spec);

}  // namespace bitline
