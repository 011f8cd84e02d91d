// Plans and rows of a run while it goes on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "bitline/adc/adc_plan.h"
#include "bitline/record/result_row.h"

namespace bitline {

/// A plan of the run, and what the rows and files about it are called.
struct PlanCase {
  std::int64_t levels = 0;  ///< of its layers, the most where they differ
  std::string ranges;
  std::string name;
  std::string artefact() const { return "plans/" + name + ".json"; }
  std::string recalibrated() const { return name + "-recalibrated"; }
  std::string recalibrated_network() const { return "networks/" + name + ".safetensors"; }
};

/// Of its layers.
inline std::int64_t most_levels(const AdcPlan& plan) {
  std::int64_t most = 0;
  for (const auto& [layer, adc] : plan.layers) most = std::max(most, adc.spec.levels);
  return most;
}

/// A row of the table before it is measured, which waits until nothing is searched any more: test
/// images have no say in what is found.
struct PendingRow {
  PlanCase own;
  std::string name;  ///< of its artefacts
  AdcPlan plan;
  Treatment treatment = Treatment::kNone;
  std::string network;        ///< artefact; empty for the one that came
  std::string plan_artefact;  ///< empty without a plan
};

/// A plan of the run as its search found it.
using SearchedPlan = std::pair<PlanCase, AdcPlan>;

}  // namespace bitline
