// What a run folder says, in memory: all that the sections of a report draw.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/record/allocation_record.h"
#include "bitline/record/cost_record.h"
#include "bitline/record/explanation_record.h"
#include "bitline/record/mapping_record.h"
#include "bitline/record/result_row.h"
#include "bitline/record/run_summary.h"
#include "bitline/record/search_summary.h"

namespace bitline {

/// A line of curves/NAME.csv.
struct CurveRecord {
  std::int64_t pass = 0;
  std::string layer;  ///< "*": all layers have one range
  double delta = 0;   ///< LSB
  std::int64_t images = 0;
  std::int64_t correct = 0;
  std::string status;  ///< "winner", "measured" or "dropped"
};

/// What one search left.
struct PlanRecord {
  std::string name;  ///< "L4-layer-wise"
  std::int64_t levels = 0;
  std::string ranges;
  AdcPlan plan;
  std::vector<CurveRecord> curve;
  std::optional<SearchSummary> search;  ///< none where retraining or an allocation left the plan
};

/// costs/NAME.json.
struct PlanCost {
  std::string name;  ///< of the plan, or of another network under it: "L4-layer-wise-recalibrated"
  CostRecord cost;
};

/// Conversions of one layer that gave one sum under one input stream, all planes and tiles
/// together.
struct SumRecord {
  std::string layer;
  std::int64_t stream = 0;
  std::int64_t sum = 0;  ///< LSB
  std::int64_t count = 0;
};

struct RunRecord {
  std::string name;                ///< differs from that of every other run of the report
  RunSummary summary;              ///< run.json
  std::vector<ResultRow> results;  ///< results.csv, at least one; the lossless network first
  /// explanations/, of each row; none where the run did not explain it.
  std::vector<std::optional<ExplanationRecord>> explanations;
  std::vector<PlanRecord> plans;         ///< in the order of `results`
  std::vector<PlanCost> costs;           ///< in the order of `results`
  std::vector<SumRecord> sums;           ///< profile/counts.csv; by layer in its order, stream, sum
  std::optional<MappingRecord> mapping;  ///< none where an older program wrote the folder
  std::optional<AllocationRecord> allocation;  ///< where levels were divided among layers

  /// The row of `results` that plan.json is of.
  std::optional<std::size_t> recommended() const;
  /// That one, or where no plan is recommended the one that came closest; nullptr without plans.
  const ResultRow* best_row() const;
  /// The search whose plan the row has, or nullptr.
  const PlanRecord* plan_of(const ResultRow& row) const;
  /// Of best_row(), or of its plan where all networks cost the same; else the first one.
  /// Null where the run counted no costs.
  const PlanCost* first_cost() const;
};

/// Reads the folders of finished runs, of which a report needs no more than results.csv and
/// run.json. Throws Error that names the folder and the file when one of these is missing, or when
/// any is damaged.
std::vector<RunRecord> read_runs(std::span<const std::filesystem::path> folders);

}  // namespace bitline
