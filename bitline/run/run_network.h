// The network that a run is about.
#pragma once

#include <optional>
#include <string_view>

#include "bitline/options/run_config.h"
#include "bitline/run/run_stages.h"

namespace bitline {

/// The network of a run that trained it or put it on grids, in its folder.
inline constexpr std::string_view kRunNetwork = "network.safetensors";

/// What a run begins with.
struct RunNetworks {
  Network network;              ///< on integer grids
  std::optional<Network> real;  ///< the file's, where the run has put it on grids
};

/// The network of [model]. A built-in one is trained first. One that a file has in real numbers is
/// put on the grids of [quantize], where that table is there, and trained on them by [train] where
/// quantize.fine_tune says so; one that has grids keeps them. All three are stages of the run.
RunNetworks run_network(const RunConfig& config, RunStages& stages, const Job& job);

}  // namespace bitline
