// Histograms of a network as files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bitline/runtime/executor.h"

namespace bitline {

/// Contents of profile/counts.csv, statistics.csv and histograms.npz; profile/layer_profile.h
/// describes them.
struct ProfileFiles {
  std::string counts_csv;
  std::string statistics_csv;
  std::vector<std::byte> histograms_npz;
};

/// Layers in the order of `executor`.
ProfileFiles profile_files(const Executor& executor, const HistogramMap& histograms);

}  // namespace bitline
