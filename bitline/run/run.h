// `bitline run`: the main job, from a trained network to an ADC plan, in a folder that can be
// killed at any moment and continued.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/options/run_config.h"
#include "bitline/record/result_row.h"
#include "bitline/record/run_summary.h"

namespace bitline {

struct RunOutcome {
  Network network;                         ///< as it came, before any recalibration
  std::vector<ResultRow> rows;             ///< lossless_row() first, or behind the float network
  std::optional<std::size_t> recommended;  ///< row of plan.json; empty: no plan was good enough
  std::optional<AdcPlan> plan;             ///< that plan
  std::optional<AdcPlan> closest;          ///< closest_row()'s, where no plan was good enough
  /// Layers on the array whose recalibrated rows have a batch-norm of their own (add_batch_norm);
  /// none where nothing is recalibrated.
  std::vector<std::string> given_batch_norm;
  RunImages images;                     ///< RunRows::images
  std::vector<std::string> assumed;     ///< assumptions() about the images
  std::vector<std::string> doubts;      ///< doubts_about() this
  std::vector<std::string> next_steps;  ///< next_steps() where no plan was good enough
  std::vector<std::string> skipped;     ///< stages that were up to date
  std::int64_t images_measured = 0;     ///< image evaluations of all searches
  std::int64_t images_in_full = 0;      ///< that brute force would have taken
};

/// What can be said against a run before it begins: options that contradict each other, and levels
/// that the ADC model of [cost] does not have. Throws Error (kUsage).
void check_run(const RunConfig& config);

/// baseline → profile → search (each range method and level count) → divide levels (where asked) →
/// cost, recalibrate and retrain (where asked; the control is retrained with lossless ADCs) →
/// evaluate every row on the search, validation and test images, explain (where asked) →
/// results.csv, plan.json, run.json, report.html. docs/run-folder.md lists the artefacts. Throws
/// Error; whatever stage was finished stays and is skipped the next time.
RunOutcome run_pipeline(const RunConfig& config, const std::filesystem::path& folder,
                        const Job& job);

}  // namespace bitline
