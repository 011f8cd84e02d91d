#include "bitline/pipeline/run_rows.h"

#include <utility>

#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/training_files.h"

namespace bitline {
namespace {

ResultRow row_of(const Evaluation& training, const Evaluation& training_base,
                 const Evaluation& test, const Evaluation& test_base) {
  ResultRow row;
  row.search_accuracy = training.accuracy();
  row.search_loss = 100 *
                    static_cast<double>(training_base.score.correct - training.score.correct) /
                    static_cast<double>(training.score.images);
  row.test_accuracy = test.accuracy();
  row.test_top_five = test.top_five_accuracy();
  const Interval loss = paired_difference(test.right, test_base.right);
  row.test_loss = {100 * loss.value, 100 * loss.lower, 100 * loss.upper};
  return row;
}

}  // namespace

RunRows::RunRows(const RunConfig& config, const Network& lossless, const Dataset& sample,
                 RunStages& stages, ProgressSink& progress, const Cancellation& cancellation)
    : config_(config),
      lossless_(lossless),
      stages_(stages),
      progress_(progress),
      cancellation_(cancellation),
      test_images_(load_split(config.data, Split::kTest, progress, cancellation)),
      sample_{"sample", sample, content_hash(sample)},
      test_{"test", test_images_, content_hash(test_images_)} {
  if (!config.has_retrain) return;
  holdout_images_ =
      split_off_holdout(load_split(config.data, Split::kTrain, progress, cancellation),
                        config.retrain.train.holdout)
          .holdout;
  holdout_.emplace(Part{"holdout", holdout_images_, content_hash(holdout_images_)});
}

Evaluation RunRows::evaluate_on(const Part& part, const std::string& name, const Network& network,
                                const AdcPlan& plan) {
  const std::string stage = fmt::format("evaluations/{}-{}", name, part.name);
  const std::string artefact = stage + ".json";
  stages_.run(stage,
              {{"network", content_hash(network)},
               {"data", part.hash},
               {"plan", content_hash(plan)},
               {"array", describe(config_.array) + describe(config_.data.normalization)}},
              [&](StageOutput& output) {
                const Evaluation evaluation = evaluate(
                    network, MacMode::kAnalog, plan, part.data, config_,
                    fmt::format("{} on {} images", name, part.name), progress_, cancellation_);
                output.write(artefact, to_json(evaluation));
              });
  return evaluation_from_json(stages_.folder().read_text(artefact));
}

const Evaluation& RunRows::base(const Part& part) {
  const auto known = bases_.find(part.name);
  if (known != bases_.end()) return known->second;
  return bases_.emplace(part.name, evaluate_on(part, "lossless", lossless_, {})).first->second;
}

ResultRow RunRows::lossless() {
  const Evaluation& sample = base(sample_);
  const Evaluation& test = base(test_);
  return row_of(sample, sample, test, test);
}

ResultRow RunRows::measure(const std::string& name, const Network& network, const AdcPlan& plan,
                           Treatment treatment) {
  const Part& part = treatment == Treatment::kRetrained ? *holdout_ : sample_;
  const Evaluation training = evaluate_on(part, name, network, plan);
  const Evaluation test = evaluate_on(test_, name, network, plan);
  ResultRow row = row_of(training, base(part), test, base(test_));
  row.treatment = treatment;
  return row;
}

}  // namespace bitline
