#include "bitline/study_train/retraining.h"

#include "bitline/base/fail.h"
#include "bitline/recipe/checkpoint.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/search_study.h"
#include "bitline/study/training_recipe.h"
#include "bitline/study_train/training_session.h"

namespace bitline {
namespace {

/// Ranges for the network as it is in the middle of its training. Its batch-norm statistics are
/// those behind its ADCs, so that recalibration would count them twice.
AdcPlan search_again(RunConfig config, const Network& network, const AdcPlan& plan,
                     const Job& job) {
  config.search.statistics = SearchStatistics::kStored;
  config.search.layers.clear();
  for (const auto& [layer, adc] : plan.layers) config.search.layers.push_back(layer);
  SearchStudy study(network, config, job);
  return study.search_again(plan, job);
}

/// What looks at codes or ranges of a layer knows nothing of its columns' bias yet.
void check_columns(const RetrainConfig& retrain, const AdcPlan& plan) {
  if (retrain.learn_ranges) refuse_column_bias(plan, "retrain.learn_ranges");
  if (name_of(retrain.gradient) == "clipped")
    refuse_column_bias(plan, fmt::format("retrain.gradient = \"{}\"", name_of(retrain.gradient)));
}

/// A search would put another quantizer in the place of a table or a full range, and one range
/// around 0 in the place of others.
void check_plan(const RetrainConfig& retrain, const AdcPlan& plan) {
  if (retrain.search_after.empty()) return;
  for (const auto& [layer, adc] : plan.layers) {
    if (!adc.spec.quantizer->has_range())
      fail_usage(
          "retrain.search_after: layer {} of the plan has quantizer {}, which has no range to "
          "search; leave search_after out",
          layer, name_of(adc.spec.quantizer));
    if (adc.spec.centre != 0 || !adc.spec.stream_shifts.empty())
      fail_usage(
          "retrain.search_after: layer {} of the plan has {}, and ranges are searched around 0 and "
          "for all input streams together; leave search_after out",
          layer,
          adc.spec.centre != 0 ? fmt::format("a range around {}", to_string(adc.spec.centre))
                               : std::string("a range for every input stream"));
  }
}

/// Both see the same numbers.
void check_same_normalization(const Network& teacher, const Network& network,
                              const RunConfig& config, const Dataset& images) {
  const Normalization own = normalization_of(network, config.data, images);
  if (teacher.normalization && *teacher.normalization != own)
    fail_usage(
        "retrain.teacher '{}' was trained with {}, but the images are normalized by {} for network "
        "'{}'; take a teacher of the same normalization",
        teacher.name, to_string(*teacher.normalization), to_string(own), network.name);
}

/// It may be of another make, but has to answer the same question.
Teacher teacher_of(const RunConfig& config, const Network& network, const Dataset& images) {
  const RetrainConfig retrain = config.retrain_or_default();
  const Network answers =
      retrain.teacher.empty() ? reference_network(config, network) : load_network(retrain.teacher);
  check_fit(answers, images);
  const std::int64_t own = class_count(network);
  if (const std::int64_t classes = class_count(answers); classes != own)
    fail_usage("retrain.teacher '{}' answers with {} classes, but network '{}' with {}",
               answers.name, classes, network.name, own);
  check_same_normalization(answers, network, config, images);
  return {TrainableNetwork(answers, config.quantize_or_default().grids.quantizer,
                           device_of(retrain.train)),
          retrain.distillation};
}

/// How `network` is trained under `plan`.
TrainingSession session_of(const RunConfig& config, const Network& network, const AdcPlan& plan,
                           const Dataset& images, bool resume, const Job& job) {
  const RetrainConfig retrain = config.retrain_or_default();
  TrainingSession session{config, retrain.train, retraining_recipe(config, network, plan, images),
                          Keep::kBest, resume};
  session.stop_below = retrain.stop_below;
  if (retrain.distillation.share > 0) session.teacher = teacher_of(config, network, images);
  session.writes_plan = retrain.changes_plan() && !plan.layers.empty();
  if (session.writes_plan) session.search_after = retrain.search_after;
  session.search_again = [&config, &job](const Network& now, const AdcPlan& with) {
    return search_again(config, now, with, job);
  };
  return session;
}

/// Where the training begins. One that goes on has the statistics of its plan already, and the
/// batch-norm that recalibration added to layers without.
Network start_of(const RunConfig& config, const Network& network, const AdcPlan& plan, bool resume,
                 const Job& job) {
  const RetrainConfig retrain = config.retrain_or_default();
  if (!retrain.recalibrate || plan.layers.empty()) return network;
  if (resume) return read_checkpoint(training_files(retrain.train).checkpoint).network;
  const Dataset sample = load_search_sample(config.data, config.seed, job);
  return recalibrated(network, plan, sample, config, job);
}

}  // namespace

Trained retrain(const RunConfig& config, const Network& network, const AdcPlan& plan, bool resume,
                const Job& job, const AfterEpoch& after_epoch) {
  const RetrainConfig retrain = config.retrain_or_default();
  check_retraining(config);
  check_plan(retrain, plan);
  check_columns(retrain, plan);
  const Dataset images = load_split(config.data, Split::kTrain, job);
  check_fit(network, images);
  Network start = start_of(config, network, plan, resume, job);
  start.normalization = normalization_of(network, config.data, images);
  TrainableNetwork trainable(std::move(start), config.quantize_or_default().grids.quantizer,
                             device_of(retrain.train));
  trainable.put_on_array(plan,
                         {config.array, config.engine, retrain.gradient, retrain.learn_ranges});
  const TrainingSession session = session_of(config, network, plan, images, resume, job);
  return train_in_session(session, std::move(trainable), images, job, after_epoch);
}

}  // namespace bitline
