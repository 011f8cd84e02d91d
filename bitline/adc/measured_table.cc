#include "bitline/adc/measured_table.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"

namespace bitline {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Appends one code. `previous`: the threshold of the line before, if any, which becomes this
/// one's.
void read_code(AdcSpec& spec, std::optional<Rational>& previous, std::string_view line) {
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos || line.find(',', comma + 1) != std::string_view::npos)
    fail("'{}' does not have two columns; write threshold,value", line);
  const std::string_view threshold = trimmed(line.substr(0, comma));
  const Rational value = parse_rational(trimmed(line.substr(comma + 1)));

  if (spec.table_values.empty() != threshold.empty())
    fail("{}; only the first code has no threshold",
         threshold.empty() ? "the threshold is missing"
                           : fmt::format("the first code has the threshold {}", threshold));
  if (!threshold.empty()) {
    const Rational own = parse_rational(threshold);
    if (previous && own < *previous)
      fail("threshold {} lies below the line before; sort the lines", threshold);
    previous = own;
    spec.table_thresholds.push_back(own.ceil());
    if (value < spec.table_values.back())
      fail("value {} lies below the line before; a table must not decrease", to_string(value));
  }
  spec.table_values.push_back(value);
}

}  // namespace

AdcSpec parse_measured_table(std::string_view csv) {
  AdcSpec spec;
  spec.quantizer = quantizers::kTable;
  bool header_seen = false;
  std::optional<Rational> threshold;
  for (std::int64_t number = 1; !csv.empty(); ++number) {
    const std::size_t end = csv.find('\n');
    const std::string_view line = trimmed(csv.substr(0, end));
    csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
    if (line.empty()) continue;
    with_context(fmt::format("line {}", number), [&] {
      if (header_seen) return read_code(spec, threshold, line);
      if (line != "threshold,value") fail("'{}' is not the header threshold,value", line);
      header_seen = true;
    });
  }
  spec.levels = static_cast<std::int64_t>(spec.table_values.size());
  if (spec.levels < 2)
    fail("an ADC table of {} codes; give at least 2 after the header threshold,value", spec.levels);
  return spec;
}

AdcSpec read_measured_table(const std::filesystem::path& path) {
  const std::string csv = read_text_file(path);
  return with_context(path.string(), [&] { return parse_measured_table(csv); });
}

}  // namespace bitline
