#include "bitline/study/check_ranges.h"

#include <optional>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// Columns get their bias by a fit to their own sums, and ranges by a search behind it.
void check_columns(const RunConfig& config, RangeMethod method) {
  bool some = config.array.common.biases_columns();
  bool all = some;
  for (const auto& [name, own] : config.array.layers) {
    some = some || own.array.biases_columns();
    all = all && own.array.biases_columns();
  }
  if (method->needs_columns && !all)
    fail_usage(
        "search.ranges: \"{}\" gives every column a bias, which not all arrays have; set "
        "array.bias_rows or array.thresholds = \"column\", or take another method",
        name_of(method));
  if (some && !method->needs_columns && !is_search(method))
    fail_usage(
        "search.ranges: \"{}\" knows nothing of the bias that columns of the array can have; take "
        "column-mse, network-wise or layer-wise",
        name_of(method));
}

}  // namespace

void check_ranges(const RunConfig& config, RangeMethod method,
                  std::span<const std::int64_t> levels) {
  check_columns(config, method);
  if (!is_search(method) && config.search.stream_ranges_by_spread)
    fail_usage(
        "search.stream_ranges = \"by-spread\" goes with ranges that are searched, and {} are not; "
        "choose network-wise, layer-wise or refine",
        name_of(method));
  if (method == range_methods::kNetworkWise)
    for (const auto& [name, own] : config.array.layers)
      for (const std::int64_t asked : levels)
        if (own.array.adc_levels != 0 && own.array.adc_levels < asked)
          fail_usage(
              "network-wise ranges go with one number of levels, and array.layers.\"{}\"."
              "adc_levels = {} is below {}; search layer-wise",
              name, own.array.adc_levels, asked);
  if (method != range_methods::kMeasured) return;
  const std::optional<std::int64_t> most = config.adc.measured_levels();
  if (!most)
    fail_usage(
        "search.ranges: \"measured\" needs a transfer curve; name its CSV file in adc.table");
  if (config.search.finds_fewest())
    fail_usage(
        "search.levels = \"fewest\" with search.ranges = [\"measured\"]: a measured curve has the "
        "levels that it has; leave search.levels = {}",
        *most);
  for (const std::int64_t asked : levels)
    if (asked != *most)
      fail_usage("search.levels asks for {} levels, and the curve of adc.table has {}; ask for {}",
                 asked, *most, *most);
}

}  // namespace bitline
