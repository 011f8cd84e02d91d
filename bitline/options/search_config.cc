#include "bitline/options/search_config.h"

#include <algorithm>

#include "bitline/adc/measured_table.h"
#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"
#include "bitline/search/search_checks.h"

namespace bitline {
namespace {

void check_adc(const ConfigTable& table, const AdcConfig& adc) {
  if (!adc.spec.quantizer->has_range())
    fail_usage("{} = \"{}\" has no range to search; choose {}", table.where("quantizer"),
               name_of(adc.spec.quantizer),
               names_with<QuantizerPolicy>(&QuantizerPolicy::has_range));
  with_context(table.where("step_rule"), [&] { check_step_rule(adc.spec); });
}

/// Where the table names one.
void read_curve(const ConfigTable& table, AdcConfig& adc) {
  if (table.has("table"))
    adc.measured =
        with_context(table.where("table"), [&] { return read_measured_table(adc.table); });
}

}  // namespace

const AdcConfig& NetworkAdcs::of(const std::string& layer) const {
  const auto own = layers.find(layer);
  return own == layers.end() ? common : own->second;
}

std::optional<std::int64_t> NetworkAdcs::measured_levels() const {
  std::optional<std::int64_t> most;
  const auto count = [&most](const AdcConfig& adc) {
    if (adc.measured) most = std::max(most.value_or(0), adc.measured->levels);
  };
  count(common);
  for (const auto& [layer, adc] : layers) count(adc);
  return most;
}

NetworkAdcs read_adc(const ConfigTable& table) {
  NetworkAdcs adcs;
  read_fields(table, adcs.common);
  check_adc(table, adcs.common);
  read_curve(table, adcs.common);
  for (const auto& [name, own] : table.tables("layers")) {
    AdcConfig& adc = adcs.layers.emplace(name, adcs.common).first->second;
    read_layer_fields(own, adc);
    check_adc(own, adc);
    read_curve(own, adc);
  }
  return adcs;
}

void require_stated_levels(const SearchConfig& search, std::string_view command) {
  if (search.finds_fewest())
    fail_usage(
        "search.levels = \"fewest\" is decided on validation images, by bitline run; for bitline "
        "{} give numbers of levels, such as --set search.levels=[4,8]",
        command);
}

SearchConfig read_search(const ConfigTable& table) {
  SearchConfig search;
  read_fields(table, search);
  if (search.levels.empty() && !table.is_word("levels", kFewest, "numbers"))
    fail_usage("{}: search.levels is empty; name at least one number of levels, or \"fewest\"",
               table.where("levels"));
  refuse_twice(search.levels, table.where("levels"));
  std::vector<std::string_view> ranges;
  for (const RangeMethod method : search.ranges) ranges.push_back(name_of(method));
  refuse_twice(ranges, table.where("ranges"));
  if (search.percentile <= 0 || search.percentile > 100)
    fail_usage("search.percentile {} is outside 0 to 100 per cent; choose 99.9, for example",
               to_string(search.percentile));
  if (search.max_loss < 0 || search.max_loss > 100)
    fail_usage("{} = {} is outside 0 to 100 points; choose 1, for example", table.where("max_loss"),
               to_string(search.max_loss));
  check_delta_step(search.options.delta_step);
  return search;
}

CompareConfig read_compare(const ConfigTable& table) {
  CompareConfig compare;
  read_fields(table, compare);
  if (compare.methods.empty())
    fail_usage("compare.methods is empty; name one, or leave it out for all of them");
  return compare;
}

}  // namespace bitline
