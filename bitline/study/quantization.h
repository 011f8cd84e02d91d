// `bitline quantize`: from a float network to one on integer grids.
#pragma once

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// The network on grids of [quantize], calibrated on a sample of the training set. Throws Error
/// when it has grids already, and what check_fit() throws.
Network quantize_network(const Network& network, const Dataset& sample, const RunConfig& config,
                         const Job& job);

/// What `--fine-tune` trains: the network of `calibrated`, a file, by [train], its steps learned
/// from where calibration put them; written to `output`.
RunConfig fine_tuning(RunConfig config, const std::filesystem::path& calibrated,
                      const std::filesystem::path& output);

}  // namespace bitline
