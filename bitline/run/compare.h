// `bitline compare`: published ways to an ADC side by side, on one network and one set of images.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/options/run_config.h"
#include "bitline/record/result_row.h"

namespace bitline {

/// The run's configuration for the methods that share an array: every range method on the
/// configured one; "isaac" (full-range on 0/1 cells in two's complement whose columns store the
/// complement where that sums to less, docs/arithmetic.md (2a)) on an array of its own.
struct ComparedRun {
  std::string folder;  ///< within the comparison's
  std::string method;  ///< of all its rows; empty: a row's method is its range method
  RunConfig config;
};
/// The runs that `config.compare.methods` asks for. Throws Error (kUsage) that names an unknown
/// method and the known ones.
std::vector<ComparedRun> compared_runs(const RunConfig& config);

/// Runs them all in `folder`, each in a run folder of its own that is continued, with every number
/// of levels of `search.levels`, recalibrated and retrained where the configuration says so. Writes
/// comparison.csv, the columns of results.csv with the method's name under `ranges`, and
/// report.html, a page about all the runs, and returns the rows: the lossless network first. Throws
/// what run_pipeline throws.
std::vector<ResultRow> compare(const RunConfig& config, const std::filesystem::path& folder,
                               const Job& job);

}  // namespace bitline
