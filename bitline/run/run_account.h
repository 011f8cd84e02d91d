// What run.json says of a run, and unfinished.json of one that was stopped.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/options/run_config.h"
#include "bitline/record/run_summary.h"
#include "bitline/record/unfinished_run.h"
#include "bitline/run/plan_case.h"
#include "bitline/run/run.h"
#include "bitline/run/run_rows.h"
#include "bitline/run/run_stages.h"

namespace bitline {

/// Of a run of the network with that hash into `folder`, with the seconds of its stages.
RunSummary account_of(const RunConfig& config, const RunOutcome& outcome,
                      const std::string& network_hash, const std::filesystem::path& folder,
                      const std::map<std::string, double>& seconds);

/// The stage that leaves unfinished.json.
inline constexpr std::string_view kUnfinished = "unfinished";

/// What has been measured by now of the lossless network, the plans and the rows.
UnfinishedRun unfinished_account(const RunConfig& config, const RunStages& stages,
                                 const RunRows& rows, const std::vector<SearchedPlan>& plans,
                                 const std::vector<PendingRow>& pending);

}  // namespace bitline
