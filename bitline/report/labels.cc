#include "bitline/report/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace bitline {

std::string per_cent_text(double value) { return fmt::format("{:.2f} %", value); }

std::string points_text(double value) {
  if (value == static_cast<double>(static_cast<std::int64_t>(value)))
    return fmt::format("{:.0f} point{}", value, value == 1 ? "" : "s");
  return fmt::format("{:.2f} points", value);
}

std::string energy_text(double nanojoules) {
  constexpr double kMicrojoule = 1000;
  return nanojoules < kMicrojoule ? fmt::format("{:.2f} nJ", nanojoules)
                                  : fmt::format("{:.2f} µJ", nanojoules / kMicrojoule);
}

Interval in_per_cent(const Interval& share) {
  constexpr double kPerCent = 1e4;  // the last decimal's unit
  const auto per_cent = [](double value) { return std::round(100 * kPerCent * value) / kPerCent; };
  return {per_cent(share.value), per_cent(share.lower), per_cent(share.upper)};
}

std::string interval_text(const Interval& interval) {
  return signed_text(fmt::format("95 %: {:.2f} to {:.2f}", interval.lower, interval.upper));
}

std::string signed_text(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '-' ? "−" : std::string(1, c);
  return result;
}

std::string grouped(std::int64_t value) {
  constexpr std::int64_t kGroup = 1000;
  if (value > -kGroup && value < kGroup) return std::to_string(value);
  return fmt::format("{},{:03}", grouped(value / kGroup), std::abs(value % kGroup));
}

std::string treatment_text(const ResultRow& row) {
  return row.treatment == Treatment::kNone ? "untreated" : std::string(name_of(row.treatment));
}

std::string layer_text(const std::string& layer) { return layer == "*" ? "all layers" : layer; }

PageChoice run_choice() { return {.field = "run", .label = "Run"}; }

bool counts_agreement(const RunRecord& run) { return run.summary.objective == "agreement"; }

std::vector<std::string> layers_in_order(const RunRecord& run) {
  std::vector<std::string> layers;
  const auto add = [&layers](const std::string& layer) {
    if (std::ranges::find(layers, layer) == layers.end()) layers.push_back(layer);
  };
  if (run.mapping)
    for (const MappingRecord::Node& node : run.mapping->nodes)
      if (node.layout) add(node.name);
  for (const SumRecord& sum : run.sums)
    if (layers.empty() || layers.back() != sum.layer) add(sum.layer);
  for (const PlanRecord& plan : run.plans)
    for (const auto& [layer, adc] : plan.plan.layers) add(layer);
  return layers;
}

std::size_t most_layers(const Runs& runs) {
  std::size_t most = 0;
  for (const RunRecord& run : runs) most = std::max(most, layers_in_order(run).size());
  return most;
}

std::string first_plan(const RunRecord& run) {
  if (const ResultRow* best = run.best_row())
    if (const PlanRecord* plan = run.plan_of(*best)) return plan->name;
  return run.plans.empty() ? "" : run.plans.back().name;
}

PageChoice plan_choice(const Runs& runs) {
  return {.field = "plan", .label = "Plan", .initial = first_plan(runs.front())};
}

PageColumn run_column(const Runs& runs) { return {"run", "Run", {}, runs.size() == 1}; }

}  // namespace bitline
