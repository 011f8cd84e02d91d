#include "bitline/run/run_rows.h"

#include <fmt/format.h>

#include <utility>

#include "bitline/evaluate/paired_difference.h"
#include "bitline/options/describe.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/training_files.h"

namespace bitline {
namespace {

/// In points, against `base` on the same images; exactly.
Rational points_lost(const Evaluation& measured, const Evaluation& base) {
  return Rational(100 * (base.score.correct - measured.score.correct), measured.score.images);
}

/// The same with its paired interval.
Interval loss_interval(const Evaluation& measured, const Evaluation& base) {
  const Interval loss = paired_difference(measured.right, base.right);
  return {100 * loss.value, 100 * loss.lower, 100 * loss.upper};
}

void set_test(ResultRow& row, const Evaluation& test, const Evaluation& test_base) {
  row.test_accuracy = accuracy_of(test);
  row.test_top_five = top_five_accuracy_of(test);
  row.test_loss = loss_interval(test, test_base);
}

}  // namespace

std::string RunRows::stage_of(const Part& part, const std::string& name) {
  return fmt::format("evaluations/{}-{}", name, part.name);
}

RunRows::RunRows(const RunConfig& config, const Network& lossless, const Dataset& sample,
                 RunStages& stages, const Job& job)
    : config_(config),
      lossless_(lossless),
      stages_(stages),
      job_(job),
      test_images_(load_test_images(config.data, config.seed, job)),
      sample_{"sample", sample, content_hash(sample)},
      test_{"test", test_images_, content_hash(test_images_)} {
  if (auto unseen = load_validation_sample(config.data, config.seed, job)) {
    validation_images_ = std::move(*unseen);
    validation_.emplace(Part{"validation", validation_images_, content_hash(validation_images_)});
  }
  if (!config.retrain) return;
  TrainingData data =
      split_off_holdout(load_split(config.data, Split::kTrain, job), config.retrain->train.holdout);
  training_images_ = data.training.size();
  holdout_images_ = std::move(data.holdout);
  holdout_.emplace(Part{"holdout", holdout_images_, content_hash(holdout_images_)});
}

RunImages RunRows::images() const {
  return {sample_.data.size(), validation_images_.size(), holdout_images_.size(),
          test_images_.size(), config_.data.test_per_class};
}

const Evaluation& RunRows::evaluate_on(const Part& part, const std::string& name,
                                       const Network& network, const AdcPlan& plan, MacMode mode) {
  const std::string stage = stage_of(part, name);
  if (const auto known = known_.find(stage); known != known_.end()) return known->second;
  const std::string artefact = stage + ".json";
  stages_.run(stage,
              {{"network", content_hash(network)},
               {"data", part.hash},
               {"plan", content_hash(plan)},
               {"array", describe(config_.array) + describe(config_.data)}},
              [&](StageOutput& output) {
                const Evaluation evaluation =
                    evaluate(network, mode, plan, part.data, config_,
                             fmt::format("{} on {} images", name, part.name), job_);
                output.write(artefact, to_json(evaluation));
              });
  return known_.emplace(stage, evaluation_from_json(stages_.folder().read_text(artefact)))
      .first->second;
}

const RunRows::Part& RunRows::validation_of(Treatment treatment) const {
  if (treatment == Treatment::kRetrained) return *holdout_;
  return validation_ ? *validation_ : sample_;
}

ResultRow RunRows::row_of(const Evaluation& on_sample, const Part& validation,
                          const Evaluation& on_validation, const Evaluation& on_test) {
  ResultRow row;
  row.search_accuracy = accuracy_of(on_sample);
  row.search_loss = points_lost(on_sample, base(sample_)).to_double();
  row.validation_accuracy = accuracy_of(on_validation);
  row.validation_loss = points_lost(on_validation, base(validation));
  row.validation_loss_interval = loss_interval(on_validation, base(validation));
  set_test(row, on_test, base(test_));
  return row;
}

FinishedPlan RunRows::measured(const std::string& name, Treatment treatment) const {
  const auto accuracy_on = [&](const Part& part) -> std::optional<Interval> {
    const auto found = known_.find(stage_of(part, name));
    if (found == known_.end()) return {};
    return accuracy_of(found->second);
  };
  return {name, accuracy_on(sample_), accuracy_on(validation_of(treatment)), accuracy_on(test_)};
}

Rational RunRows::validation_loss(const std::string& name, const Network& network,
                                  const AdcPlan& plan, Treatment treatment) {
  const Part& part = validation_of(treatment);
  return points_lost(evaluate_on(part, name, network, plan), base(part));
}

ResultRow RunRows::measure(const std::string& name, const Network& network, const AdcPlan& plan,
                           Treatment treatment) {
  const Part& validation = validation_of(treatment);
  const auto on = [&](const Part& part) -> const Evaluation& {
    return evaluate_on(part, name, network, plan);
  };
  ResultRow row = row_of(on(sample_), validation, on(validation), on(test_));
  row.treatment = treatment;
  return row;
}

ResultRow RunRows::measure_real(const Network& network) {
  const Part& validation = validation_of(Treatment::kNone);
  const auto on = [&](const Part& part) -> const Evaluation& {
    return evaluate_on(part, "float", network, {}, MacMode::kFloat);
  };
  ResultRow row = row_of(on(sample_), validation, on(validation), on(test_));
  row.real = true;
  return row;
}

}  // namespace bitline
