// `bitline retrain`: weights and batch-norm trained with the ADCs of a plan in the loop.
#pragma once

#include "bitline/study/train.h"

namespace bitline {

/// What retrain_network() of study/train.h does.
Trained retrain(const RunConfig& config, const Network& network, const AdcPlan& plan, bool resume,
                const Job& job, const AfterEpoch& after_epoch);

}  // namespace bitline
