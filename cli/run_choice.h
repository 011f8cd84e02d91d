// --run FOLDER: a finished run in place of a configuration, with its plans by name.
#pragma once

#include <filesystem>
#include <string>

#include "bitline/config/config.h"

namespace bitline::cli {

/// What a command works on that is given a run.
struct RunChoice {
  Config config;  ///< as the run used it; [model] is the network that belongs to the plan
  std::filesystem::path plan;  ///< empty: lossless ADCs
  /// Network file that the run counts losses against, without ADCs. Empty where it has none.
  std::filesystem::path reference;
  /// Where the run has the plan with other networks too: which one this is, and what those are
  /// called. Empty elsewhere.
  std::string doubt;
};

/// `plan` is the name of one of the run's plans ("L5-csnr", "L5-csnr-recalibrated" with the network
/// that was recalibrated for it), a file, "lossless", or empty for the plan that the run
/// recommends. Throws Error (kUsage) for a folder without a finished run, and a name that it does
/// not have.
RunChoice choose_of_run(const std::filesystem::path& folder, const std::string& plan);

/// The network file that the run in the folder began with, before it put anything on grids; empty
/// where it began with no file. Throws Error as choose_of_run() does.
std::filesystem::path first_network_of_run(const std::filesystem::path& folder);

}  // namespace bitline::cli
