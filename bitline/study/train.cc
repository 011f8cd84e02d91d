#include "bitline/study/train.h"

#include "bitline/base/fail.h"
#include "bitline/runtime/torch_part.h"

namespace bitline {
namespace {

const TrainingFunctions* known = nullptr;

const TrainingFunctions& training_functions() {
  require_torch_part("training");
  BITLINE_CHECK_EQ(known != nullptr, true);
  return *known;
}

}  // namespace

void set_training_functions(const TrainingFunctions& functions) { known = &functions; }

Network train_network(const RunConfig& config, bool resume, const Job& job,
                      const AfterEpoch& after_epoch) {
  return training_functions().train(config, resume, job, after_epoch);
}

Trained retrain_network(const RunConfig& config, const Network& network, const AdcPlan& plan,
                        bool resume, const Job& job, const AfterEpoch& after_epoch) {
  return training_functions().retrain(config, network, plan, resume, job, after_epoch);
}

}  // namespace bitline
