#include "bitline/pipeline/retraining.h"

#include "bitline/base/hash.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/recalibration.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/training_session.h"

namespace bitline {
std::string retraining_recipe(const RunConfig& config, const Network& network, const AdcPlan& plan,
                              const Dataset& images) {
  return sha256(describe(config.retrain, config.seed) + describe(config.data.normalization) +
                describe(config.array) + content_hash(network) + content_hash(plan) +
                content_hash(images));
}

Trained retrain_network(const RunConfig& config, const Network& network, const AdcPlan& plan,
                        bool resume, ProgressSink& progress, const Cancellation& cancellation,
                        const std::function<void(const EpochReport&)>& after_epoch) {
  const RetrainRun& retrain = config.retrain;
  if (retrain.train.holdout == 0)
    fail_usage(
        "retrain.holdout = 0, but the best epoch is chosen on held-out training images; give it "
        "1000, for example");
  const Dataset images = load_split(config.data, Split::kTrain, progress, cancellation);
  check_fit(network, images);
  const bool moves_statistics = retrain.recalibrate && !resume && !plan.layers.empty();
  TrainableNetwork trainable(
      moves_statistics
          ? recalibrated(network, plan,
                         load_search_sample(config.data, config.seed, progress, cancellation),
                         config, progress, cancellation)
          : network,
      config.quantize.quantizer, device_of(retrain.train));
  trainable.put_on_array(plan, {config.array, config.engine, retrain.gradient});
  TrainingSession session{config, retrain.train, retraining_recipe(config, network, plan, images),
                          Keep::kBest, resume};
  if (retrain.distillation.share > 0)
    session.teacher = {TrainableNetwork(network, config.quantize.quantizer, trainable.device()),
                       retrain.distillation};
  return train_in_session(session, std::move(trainable), images, progress, cancellation,
                          after_epoch);
}

RetrainingGain measure_gain(const RunConfig& config, const Network& network,
                            const Network& retrained, const AdcPlan& plan, ProgressSink& progress,
                            const Cancellation& cancellation) {
  const Dataset test = load_split(config.data, Split::kTest, progress, cancellation);
  const auto measure = [&](const Network& measured, const AdcPlan& with, std::string_view task) {
    return evaluate(measured, MacMode::kAnalog, with, test, config, task, progress, cancellation);
  };
  return {measure(network, {}, "lossless"), measure(network, plan, "before retraining"),
          measure(retrained, plan, "after retraining")};
}

}  // namespace bitline
