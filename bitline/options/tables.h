// Every table of a configuration, in the order of docs/config.md.
#pragma once

#include "bitline/options/run_config.h"

namespace bitline {

/// Calls visit(name, table) for each table that has fields; the top's name is empty. Optional ones
/// that are not there are left out, and so are those of single layers.
template <ConstOrNot<RunConfig> Run, typename Visit>
void visit_tables(Run& run, Visit&& visit) {
  const auto visit_optional = [&visit](std::string_view name, auto& table) {
    if (table) visit(name, *table);
  };
  visit("", run);
  visit("data", run.data);
  visit("model", run.model);
  visit("array", run.array.common);
  visit("adc", run.adc.common);
  visit("search", run.search);
  visit_optional("cost", run.cost);
  visit_optional("allocate", run.allocate);
  visit("compare", run.compare);
  visit("profile", run.profile);
  visit_optional("quantize", run.quantize);
  visit("train", run.train);
  visit_optional("retrain", run.retrain);
}

}  // namespace bitline
