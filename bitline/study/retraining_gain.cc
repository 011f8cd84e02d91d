#include "bitline/study/retraining_gain.h"

#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/training_recipe.h"

namespace bitline {

RetrainingGain measure_gain(const RunConfig& config, const Network& network, const AdcPlan& plan,
                            const Trained& retrained, const Job& job) {
  const Dataset test = load_test_images(config.data, config.seed, job);
  const auto measure = [&](const Network& measured, const AdcPlan& with, std::string_view task) {
    return evaluate(measured, MacMode::kAnalog, with, test, config, task, job);
  };
  RetrainingGain gain;
  gain.lossless = measure(reference_network(config, network), {}, "lossless");
  gain.before = measure(network, plan, "before retraining");
  if (config.retrain_or_default().recalibrate && !plan.layers.empty())
    gain.recalibrated = measure(
        recalibrated(network, plan, load_search_sample(config.data, config.seed, job), config, job),
        plan, "recalibrated");
  gain.after = measure(retrained.network, retrained.plan, "after retraining");
  return gain;
}

}  // namespace bitline
