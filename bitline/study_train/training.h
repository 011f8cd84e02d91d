// `bitline train`: from a configuration to a trained network file.
#pragma once

#include "bitline/study/train.h"

namespace bitline {

/// What train_network() of study/train.h does.
Network train(const RunConfig& config, bool resume, const Job& job, const AfterEpoch& after_epoch);

}  // namespace bitline
