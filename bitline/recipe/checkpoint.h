// A training run on disk: the network file format plus momentum and position.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/version.h"
#include "bitline/graph/network.h"

namespace bitline {

/// Where training stands, inside an epoch too.
struct TrainingState {
  std::int64_t epoch = 0;   ///< epochs finished
  std::int64_t images = 0;  ///< images of the current epoch that are done
  double loss_sum = 0;      ///< Σ cross-entropy over them
  std::int64_t correct = 0;
  double seconds = 0;               ///< spent on the current epoch
  std::int64_t best_epoch = 0;      ///< the first of those that did best on held-out images
  std::int64_t best_correct = -1;   ///< its right answers there; −1: none was measured
  std::int64_t searched_epoch = 0;  ///< the last one behind which ranges were searched again
  std::int64_t start_correct = -1;  ///< right answers on held-out images before the first epoch
  double learning_rate = 0;         ///< at the top of the schedule
};

struct Checkpoint {
  Network network;
  std::map<std::string, Tensor> momentum;  ///< by parameter key
  TrainingState state;
  AdcPlan plan;                          ///< of the layers on the array
  std::map<std::string, Tensor> deltas;  ///< TrainableNetwork::learned_deltas
  std::string recipe_hash;  ///< of everything that decides the weights; resume compares it
  std::string version = bitline::version();  ///< that wrote it; hashes of another one differ
};

/// Also a network file: evaluate and search read a checkpoint as it is.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
/// Throws Error that names the path when the file is no checkpoint.
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace bitline
