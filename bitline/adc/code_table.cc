#include "bitline/adc/code_table.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

Rational common_unit_of(const std::vector<Rational>& values) {
  Rational unit = 0;
  for (const Rational& value : values) unit = common_unit(unit, value);
  return unit == 0 ? Rational(1) : unit;
}

}  // namespace

std::int32_t in_units(const Rational& value, const Rational& unit) {
  const std::int64_t multiple = (value / unit).numerator();
  if (multiple < std::numeric_limits<std::int32_t>::min() ||
      multiple > std::numeric_limits<std::int32_t>::max())
    fail_usage(
        "ADC value {} is {} times {}, the common unit of all values, which exceeds 32 bits; use a "
        "range and values with smaller denominators",
        to_string(value), multiple, to_string(unit));
  return static_cast<std::int32_t>(multiple);
}

std::int64_t CodeTable::code(std::int64_t p) const {
  return std::upper_bound(thresholds.begin(), thresholds.end(), p) - thresholds.begin();
}

std::vector<std::int32_t> CodeTable::dense() const {
  std::vector<std::int32_t> result;
  result.reserve(static_cast<std::size_t>(maximum - minimum + 1));
  std::size_t k = 0;
  for (std::int64_t p = minimum; p <= maximum; ++p) {
    while (k < thresholds.size() && p >= thresholds[k]) ++k;
    result.push_back(values[k]);
  }
  return result;
}

void check_sums(const SumRange& sums) {
  const auto& [minimum, maximum, step] = sums;
  if (minimum > maximum)
    fail_usage("the smallest possible sum {} exceeds the largest, {}; swap them", minimum, maximum);
  if (minimum < std::numeric_limits<std::int32_t>::min() ||
      maximum > std::numeric_limits<std::int32_t>::max())
    fail_usage("possible sums from {} to {} do not fit 32 bits; use fewer rows or bits", minimum,
               maximum);
  if (step < 1 || (maximum - minimum) % step != 0)
    fail_usage("steps of {} do not lead from the smallest possible sum {} to the largest, {}", step,
               minimum, maximum);
}

void validate(const CodeTable& table) {
  check_sums({table.minimum, table.maximum});
  if (table.values.size() != table.thresholds.size() + 1)
    fail_usage("an ADC with {} thresholds needs {} values, not {}; give one value per code",
               table.thresholds.size(), table.thresholds.size() + 1, table.values.size());
  for (std::size_t k = 1; k < table.thresholds.size(); ++k)
    if (table.thresholds[k] < table.thresholds[k - 1])
      fail_usage("ADC threshold {} is {}, below the one before it, {}; sort the thresholds", k,
                 table.thresholds[k], table.thresholds[k - 1]);
  for (std::size_t k = 1; k < table.values.size(); ++k)
    if (table.values[k] < table.values[k - 1])
      fail_usage("the ADC value of code {} is {} units, below {} of the code before it; sort them",
                 k, table.values[k], table.values[k - 1]);
  if (table.unit <= 0)
    fail_usage("the unit {} of an ADC's values is not positive; negate the values instead",
               to_string(table.unit));
}

CodeTable table_from_values(const SumRange& sums, std::vector<std::int64_t> thresholds,
                            const std::vector<Rational>& values) {
  CodeTable table;
  table.minimum = sums.minimum;
  table.maximum = sums.maximum;
  table.thresholds = std::move(thresholds);
  table.unit = common_unit_of(values);
  table.values.reserve(values.size());
  for (const Rational& value : values) table.values.push_back(in_units(value, table.unit));
  validate(table);
  return table;
}

CodeTable lossless_table(const SumRange& sums) {
  check_sums(sums);
  if (sums.count() > kMaximumLevels)
    fail_usage("a lossless ADC for sums from {} to {} has {} levels, more than {}; use fewer rows",
               sums.minimum, sums.maximum, sums.count(), kMaximumLevels);
  CodeTable table;
  table.minimum = sums.minimum;
  table.maximum = sums.maximum;
  table.lossless = true;
  for (std::int64_t p = sums.minimum; p <= sums.maximum; p += sums.step) {
    // Half-way to the sum below, a half up.
    if (p > sums.minimum) table.thresholds.push_back(p - sums.step / 2);
    table.values.push_back(static_cast<std::int32_t>(p));
  }
  return table;
}

}  // namespace bitline
