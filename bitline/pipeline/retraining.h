// `bitline retrain`: weights and batch-norm trained with the ADCs of a plan in the loop.
#pragma once

#include "bitline/adc/adc_plan.h"
#include "bitline/pipeline/evaluation.h"
#include "bitline/pipeline/training_files.h"

namespace bitline {

/// Trains `network` by [retrain], forward through the ADCs of `plan`, and writes retrain.output;
/// the plan too where the training changes it (RetrainRun::changes_plan). An empty plan is the
/// control: the same training with lossless ADCs. The result is the epoch that does best on
/// held-out training images; the test set is not read. Throws what train_in_session throws; Error
/// (kUsage) without held-out images; what TrainableNetwork::put_on_array throws.
Trained retrain_network(const RunConfig& config, const Network& network, const AdcPlan& plan,
                        bool resume, ProgressSink& progress, const Cancellation& cancellation,
                        const std::function<void(const EpochReport&)>& after_epoch);

/// What a run asks of [retrain] before it begins. Throws Error (kUsage) for options that contradict
/// each other, and for changes of ranges that plans by `methods` do not have.
void check_run_retraining(const RunConfig& config, std::span<const RangeMethod> methods);

/// The network that teaches and that losses are counted against: retrain.reference, or `network`.
Network reference_network(const RunConfig& config, const Network& network);

/// Hash of everything that decides what retrain_network gives; `images` is the whole training set.
std::string retraining_recipe(const RunConfig& config, const Network& network, const AdcPlan& plan,
                              const Dataset& images);

/// What retraining gained, on the test set.
struct RetrainingGain {
  Evaluation lossless;  ///< the reference, with lossless ADCs
  Evaluation before;    ///< the network as it came, under the plan
  Evaluation after;     ///< retrained, under the plan that it was trained with
};

RetrainingGain measure_gain(const RunConfig& config, const Network& network, const AdcPlan& plan,
                            const Trained& retrained, ProgressSink& progress,
                            const Cancellation& cancellation);

}  // namespace bitline
