#include "bitline/study/retraining_gain.h"

#include "bitline/study/search_sample.h"
#include "bitline/study/training_recipe.h"

namespace bitline {

RetrainingGain measure_gain(const RunConfig& config, const Network& network, const AdcPlan& plan,
                            const Trained& retrained, const Job& job) {
  const Dataset test = load_test_images(config.data, config.seed, job);
  const auto measure = [&](const Network& measured, const AdcPlan& with, std::string_view task) {
    return evaluate(measured, MacMode::kAnalog, with, test, config, task, job);
  };
  return {measure(reference_network(config, network), {}, "lossless"),
          measure(network, plan, "before retraining"),
          measure(retrained.network, retrained.plan, "after retraining")};
}

}  // namespace bitline
