// What retraining gained, on the test set.
#pragma once

#include <optional>

#include "bitline/study/evaluation.h"
#include "bitline/study/training_files.h"

namespace bitline {

struct RetrainingGain {
  Evaluation lossless;  ///< the reference, with lossless ADCs
  Evaluation before;    ///< the network as it came, under the plan
  /// The same with its statistics moved to the plan, where training began there.
  std::optional<Evaluation> recalibrated;
  Evaluation after;  ///< retrained, under the plan that it was trained with
};

RetrainingGain measure_gain(const RunConfig& config, const Network& network, const AdcPlan& plan,
                            const Trained& retrained, const Job& job);

}  // namespace bitline
