#include "bitline/options/cost_config.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"

namespace bitline {

CostConfig read_cost(const ConfigTable& table) {
  CostConfig cost;
  read_fields(table, cost);
  return cost;
}

AllocateConfig read_allocate(const ConfigTable& table) {
  AllocateConfig allocate;
  read_fields(table, allocate);
  if (allocate.levels.empty())
    fail_usage("{}: allocate.levels is empty; name at least one number of levels",
               table.where("levels"));
  refuse_twice(allocate.levels, table.where("levels"));
  std::ranges::sort(allocate.levels);
  const bool has_levels_of_its_own = allocate.ranges == range_methods::kMeasured;
  if (has_levels_of_its_own ||
      (is_search(allocate.ranges) && allocate.ranges != range_methods::kLayerWise))
    fail_usage(
        "{}: \"{}\" is no way to ranges of an allocation; choose \"layer-wise\" or one that takes "
        "them from statistics, \"three-sigma\" for example",
        table.where("ranges"), name_of(allocate.ranges));
  if (table.has("max_loss") && table.has("max_cost"))
    fail_usage("{}: give allocate.max_loss or allocate.max_cost, not both",
               table.where("max_cost"));
  return allocate;
}

}  // namespace bitline
