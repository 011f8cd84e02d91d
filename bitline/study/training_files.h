// What a training takes and leaves; LibTorch is not needed to know it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/error.h"
#include "bitline/data/dataset.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// Files of a training, all beside train.output.
struct TrainingFiles {
  std::filesystem::path network;     ///< the trained network, or the best so far (Keep::kBest)
  std::filesystem::path checkpoint;  ///< "<output>.checkpoint", after every epoch and on a stop
  std::filesystem::path log;         ///< "<output>.csv", one line per epoch
  std::filesystem::path plan;        ///< "<output>.plan.json", of a training that changes its plan
};

TrainingFiles training_files(const TrainConfig& train);

/// Runs `body`, which stands between or behind a training's epochs: where it is stopped, the Error
/// (kInterrupted) says that the training goes on from its checkpoint, and not from its beginning.
void beside_training(const TrainingFiles& files, const std::function<void()>& body);
/// That Error.
Error training_stopped(const TrainingFiles& files);

/// A training set in two.
struct TrainingData {
  Dataset training;
  Dataset holdout;
};
/// The last `holdout` images are kept out of training. Throws Error (kUsage) when none remain.
TrainingData split_off_holdout(const Dataset& all, std::int64_t holdout);

/// What a training gives.
struct Trained {
  Network network;
  std::int64_t epoch = 0;    ///< that it is of; 0: the start
  AdcPlan plan;              ///< that it was trained with; empty without ADCs
  double learning_rate = 0;  ///< at the top of the schedule
};

}  // namespace bitline
