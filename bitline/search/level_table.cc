#include "bitline/search/level_table.h"

#include <utility>

namespace bitline {

AdcSpec level_table(std::vector<std::int64_t> thresholds, std::span<const std::int64_t> values) {
  AdcSpec spec;
  spec.quantizer = quantizers::kTable;
  spec.levels = std::ssize(values);
  spec.table_thresholds = std::move(thresholds);
  for (const std::int64_t value : values) spec.table_values.emplace_back(value, kValueParts);
  return spec;
}

}  // namespace bitline
