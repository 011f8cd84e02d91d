#include "bitline/adc/stream_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// A finer step than 2^−16 of the coarsest is beyond any array's sums.
constexpr int kLargestShift = 16;

/// The same values as multiples of `unit`, of which the table's own is a multiple.
void express_in(const Rational& unit, CodeTable& table) {
  for (std::int32_t& value : table.values) value = in_units(Rational(value) * table.unit, unit);
  table.unit = unit;
}

void check_stream_shifts(const AdcSpec& spec) {
  const std::vector<int>& shifts = spec.stream_shifts;
  if (!spec.quantizer->has_stream_ranges() || spec.centre != 0)
    fail_usage("stream shifts are for {} around 0, whose idle streams read 0; found {} around {}",
               names_with<QuantizerPolicy>(&QuantizerPolicy::has_stream_ranges),
               name_of(spec.quantizer), to_string(spec.centre));
  const auto [least, most] = std::ranges::minmax(shifts);
  if (least != 0 || most > kLargestShift)
    fail_usage("stream shifts {} go from {} to {}; the least has to be 0, the largest at most {}",
               fmt::join(shifts, ", "), least, most, kLargestShift);
}

}  // namespace

CodeTable widest_table(const AdcSpec& spec, const SumRange& sums) {
  AdcSpec widest = spec;  // the smallest shift is 0
  widest.stream_shifts.clear();
  widest.column_bias.clear();
  return make_code_table(widest, sums);
}

AdcSpec spec_of_stream(const AdcSpec& spec, std::size_t stream) {
  AdcSpec own = spec;
  own.stream_shifts.clear();
  own.column_bias.clear();
  if (!spec.stream_shifts.empty())
    own.delta = spec.delta / Rational(std::int64_t{1} << spec.stream_shifts.at(stream));
  return own;
}

void put_over_one_unit(std::vector<CodeTable>& tables) {
  Rational unit = tables.front().unit;
  for (const CodeTable& table : tables) unit = common_unit(unit, table.unit);
  for (CodeTable& table : tables) express_in(unit, table);
}

std::vector<CodeTable> shared_tables(const AdcSpec& spec, const SumRange& sums) {
  AdcSpec shared = spec;
  shared.column_bias.clear();
  return make_stream_tables(shared, sums);
}

std::vector<CodeTable> make_stream_tables(const AdcSpec& spec, const SumRange& sums) {
  if (!spec.column_bias.empty())
    fail_usage(
        "the plan's columns have a bias of their own, which cannot be said here; search on an "
        "array "
        "with array.bias_rows = 0 and array.thresholds = \"layer\"");
  if (spec.stream_shifts.empty()) return {make_code_table(spec, sums)};
  check_stream_shifts(spec);
  std::vector<CodeTable> tables;
  for (std::size_t stream = 0; stream < spec.stream_shifts.size(); ++stream)
    tables.push_back(with_context(fmt::format("input stream {}", stream), [&] {
      return make_code_table(spec_of_stream(spec, stream), sums);
    }));
  put_over_one_unit(tables);
  return tables;
}

}  // namespace bitline
