// Which mean and deviation a network was trained with, found by trying the usual ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitline/base/normalization.h"
#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"
#include "bitline/record/evaluation.h"

namespace bitline {

struct NormalizationTrial {
  std::string name;  ///< "ImageNet", "-1 to 1" …
  /// "the network file says so", "[data] says so", "taken unless given"; empty for the others.
  std::string stated;
  Normalization normalization;
  Evaluation evaluation;
  /// Whether the paired interval of its difference from the first, the best, does not hold 0.
  bool is_worse = false;
};

struct NormalizationTrials {
  /// Best first: by right answers, then by cross-entropy, then as they are listed.
  std::vector<NormalizationTrial> trials;
  /// The best with the channels of the images in the opposite order (BGR), where they are three.
  std::optional<NormalizationTrial> reversed;
};

/// Evaluates the network on `sample` with integer products without ADCs, or in float where it has
/// no grids: with what choose_normalization() gives, and with the usual normalizations of as many
/// channels as the network takes. Of real pixels above 1, these count for 0 to 255. What [data] and
/// the network's file say differently is tried both, and not refused. Throws what evaluate()
/// throws else.
NormalizationTrials try_normalizations(const Network& network, const RunConfig& config,
                                       const Dataset& sample, const Job& job);

}  // namespace bitline
