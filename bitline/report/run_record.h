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
#include "bitline/report/page_data.h"

namespace bitline {

/// A number with its 95 % interval: per cent, or points of accuracy.
struct Estimate {
  double value = 0;
  double lower = 0;
  double upper = 0;
  friend bool operator==(const Estimate&, const Estimate&) = default;
};

/// A line of results.csv; docs/run-folder.md has the meaning of the columns.
// NOLINTNEXTLINE(bugprone-exception-escape): as RunRecord
struct ResultRecord {
  std::optional<std::int64_t> levels;  ///< none: lossless
  std::string ranges;
  std::string treatment;
  double search_accuracy = 0;
  double search_loss = 0;
  double validation_accuracy = 0;
  Estimate test_accuracy;
  std::optional<Estimate> test_top_five;
  Estimate test_loss;
  std::string plan;
  std::string network;
  PageJson explanation;  ///< explanations/…; null where the run did not explain it
};

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
// NOLINTNEXTLINE(bugprone-exception-escape): as RunRecord
struct PlanRecord {
  std::string name;  ///< "L4-layer-wise"
  std::int64_t levels = 0;
  std::string ranges;
  AdcPlan plan;
  std::vector<CurveRecord> curve;
  std::int64_t images_measured = 0;  ///< image evaluations of the search
  std::int64_t images_in_full = 0;   ///< of brute force; 0: nothing was searched
};

/// costs/NAME.json.
// NOLINTNEXTLINE(bugprone-exception-escape): as RunRecord
struct CostRecord {
  std::string name;  ///< of the plan, or of another network under it: "L4-layer-wise-recalibrated"
  PageJson cost;
};

/// Conversions of one layer that gave one sum under one input stream, all planes and tiles
/// together.
struct SumRecord {
  std::string layer;
  std::int64_t stream = 0;
  std::int64_t sum = 0;  ///< LSB
  std::int64_t count = 0;
};

// NOLINTNEXTLINE(bugprone-exception-escape): what the JSON library checks in a move never throws
struct RunRecord {
  std::string name;                   ///< differs from that of every other run of the report
  PageJson description;               ///< run.json
  std::vector<ResultRecord> results;  ///< the lossless network first
  std::vector<PlanRecord> plans;      ///< in the order of `results`
  std::vector<CostRecord> costs;      ///< in the order of `results`
  std::vector<SumRecord> sums;        ///< profile/counts.csv; by layer in its order, stream, sum
  PageJson mapping;     ///< mapping.json; null where an older program wrote the folder
  PageJson allocation;  ///< allocation.json; null where no levels were divided among layers

  /// The row of `results` that plan.json is of.
  std::optional<std::size_t> recommended() const;
  /// The search whose plan the row has, or nullptr.
  const PlanRecord* plan_of(const ResultRecord& row) const;
  /// Of the recommended row, or of its plan where all networks cost the same; else the first one.
  /// Null where the run counted no costs.
  const CostRecord* first_cost() const;
};

/// Reads the folders of finished runs, of which a report needs no more than results.csv and
/// run.json. Throws Error that names the folder and the file when one of these is missing, or when
/// any is damaged.
std::vector<RunRecord> read_runs(std::span<const std::filesystem::path> folders);

}  // namespace bitline
