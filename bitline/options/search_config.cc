#include "bitline/options/search_config.h"

#include "bitline/adc/measured_table.h"
#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"
#include "bitline/search/search_checks.h"

namespace bitline {
AdcConfig read_adc(const ConfigTable& table) {
  AdcConfig adc;
  read_fields(table, adc);
  if (!adc.spec.quantizer->has_range())
    fail_usage("{} = \"{}\" has no range to search; choose {}", table.where("quantizer"),
               name_of(adc.spec.quantizer),
               names_with<QuantizerPolicy>(&QuantizerPolicy::has_range));
  with_context(table.where("step_rule"), [&] { check_step_rule(adc.spec); });
  if (!adc.table.empty())
    adc.measured =
        with_context(table.where("table"), [&] { return read_measured_table(adc.table); });
  return adc;
}

SearchConfig read_search(const ConfigTable& table) {
  SearchConfig search;
  read_fields(table, search);
  if (search.levels.empty())
    fail_usage("{}: search.levels is empty; name at least one number of levels",
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
