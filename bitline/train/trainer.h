// Trains a network by stochastic gradient descent; can be stopped and continued to the same
// weights. Start here; trainable_network.h is the forward pass, checkpoint.h the file, batches.h
// the data.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/recipe/checkpoint.h"
#include "bitline/recipe/train_options.h"
#include "bitline/train/batches.h"
#include "bitline/train/distillation.h"
#include "bitline/train/trainable_network.h"

namespace bitline {

/// For how many steps find_learning_rate() tries each of kTestedRates.
inline constexpr std::int64_t kTestedSteps = 24;

/// SGD with momentum over a TrainableNetwork.
class Trainer {
 public:
  Trainer(TrainableNetwork network, TrainOptions options, BatchSource& training,
          BatchSource* holdout, std::optional<Teacher> teacher = {});

  /// Continues where `checkpoint` stopped. Throws Error when it is of another network.
  void restore(const Checkpoint& checkpoint);
  Checkpoint checkpoint() const;

  /// Share of the held-out images that are right before the first epoch: what an epoch then has to
  /// beat to be the best one. Throws Error (kInterrupted) after a request to stop.
  double measure_start(const Job& job);
  /// From now on the rate of kTestedRates that goes down furthest from where the network is: the
  /// mean loss of the last third of the first kTestedSteps steps, each rate from the same weights
  /// on the same images. The training begins behind it as if there had been none. Throws Error
  /// (kInterrupted) after a request to stop, and Error where no rate goes down.
  double find_learning_rate(const Job& job);
  /// Share of the held-out images that were right before the first epoch; none where that was not
  /// measured.
  std::optional<double> start_accuracy() const;

  /// Runs to the last epoch. `after_epoch` is called once per epoch. On cancellation it returns
  /// after the current step with finished() false; a NaN loss throws Error.
  void run(const Job& job, const std::function<void(const EpochReport&)>& after_epoch);
  bool finished() const { return state_.epoch >= options_.epochs; }
  const TrainableNetwork& network() const { return network_; }
  /// Epochs that have ended.
  std::int64_t epoch() const { return state_.epoch; }
  /// Goes on with the ranges of `plan`, which were searched behind the epoch that ended last
  /// (TrainableNetwork::change_plan).
  void change_plan(const AdcPlan& plan);
  /// Whether that has been done since this epoch ended.
  bool has_searched() const { return state_.searched_epoch == state_.epoch; }
  /// At the top of the schedule.
  double learning_rate() const { return options_.learning_rate; }
  /// The first of the epochs that did best on held-out images; 0 is the start.
  std::int64_t best_epoch() const { return state_.best_epoch; }

 private:
  bool run_epoch(const Job& job, EpochReport& report);
  void step(const Batch& batch);
  /// One step of that rate: the loss before it. A loss that is no number moves nothing.
  double descend(const Batch& batch, double learning_rate, at::Tensor& logits);
  double tested_loss(double learning_rate, std::int64_t steps, const Job& job);
  void update_parameters(double learning_rate);
  /// Right answers among the held-out images; less than all were asked when a stop was requested.
  std::int64_t count_holdout(const Job& job);
  double holdout_share(std::int64_t correct) const;

  TrainableNetwork network_;
  TrainOptions options_;
  BatchSource& training_;
  BatchSource* holdout_;
  std::optional<Teacher> teacher_;
  std::vector<at::Tensor> momentum_;  ///< one per parameter
  TrainingState state_;
};

}  // namespace bitline
