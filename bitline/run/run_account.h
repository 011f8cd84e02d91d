// What run.json says of a run.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bitline/options/run_config.h"
#include "bitline/record/run_summary.h"
#include "bitline/run/run.h"

namespace bitline {

/// Of a run of the network with that hash into `folder`, with the seconds of its stages.
RunSummary account_of(const RunConfig& config, const RunOutcome& outcome,
                      const std::string& network_hash, const std::filesystem::path& folder,
                      const std::map<std::string, double>& seconds);

}  // namespace bitline
