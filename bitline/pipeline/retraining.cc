#include "bitline/pipeline/retraining.h"

#include "bitline/base/hash.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/recalibration.h"
#include "bitline/pipeline/search_run.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/training_session.h"

namespace bitline {
namespace {

/// Ranges for the network as it is in the middle of its training. Its batch-norm statistics are
/// those behind its ADCs, so that recalibration would count them twice.
AdcPlan search_again(RunConfig config, const Network& network, const AdcPlan& plan,
                     ProgressSink& progress, const Cancellation& cancellation) {
  config.search.statistics = SearchStatistics::kStored;
  config.search.layers.clear();
  for (const auto& [layer, adc] : plan.layers) config.search.layers.push_back(layer);
  SearchBench bench(network, config, progress, cancellation);
  return bench.search_again(plan, progress, cancellation);
}

/// The sample that moves the statistics first: its images are among those of the recipe.
std::string describe_recalibration(const RunConfig& config) {
  return config.retrain.recalibrate ? fmt::format("sample {} ", config.data.images_per_class) : "";
}

/// What decides the plans of later epochs.
std::string describe_searches(const RunConfig& config) {
  if (config.retrain.search_after.empty()) return {};
  return fmt::format("search after {} images {} {}", fmt::join(config.retrain.search_after, " "),
                     config.data.images_per_class, describe(config.search));
}

/// Of the lossless network follow answers and centres, and in training it is one that does not
/// work.
void check_search_after(const RunConfig& config) {
  const SearchRun& search = config.search;
  if (config.retrain.search_after.empty()) return;
  if (search.options.objective == Objective::kAgreement)
    fail_usage(
        "retrain.search_after with search.objective = \"agreement\": a network in training has no "
        "lossless answers to agree with; choose accuracy or loss");
  if (search.centre == Centre::kMean || search.stream_ranges_by_spread)
    fail_usage(
        "retrain.search_after goes with ranges around 0 that all input streams share; leave "
        "search.centre and search.stream_ranges out");
  for (const std::int64_t epoch : config.retrain.search_after)
    if (epoch >= config.retrain.train.options.epochs)
      fail_usage("retrain.search_after names epoch {}, behind which none of {} is left to train",
                 epoch, config.retrain.train.options.epochs);
}

void check_retraining(const RunConfig& config) {
  const RetrainRun& retrain = config.retrain;
  if (retrain.train.holdout == 0)
    fail_usage(
        "retrain.holdout = 0, but the best epoch is chosen on held-out training images; give it "
        "1000, for example");
  if (!retrain.teacher.empty() && retrain.distillation.share == 0)
    fail_usage(
        "retrain.teacher without a share of the loss that follows it; set retrain.distillation, to "
        "0.5 for example");
  check_search_after(config);
}

/// A search would put another quantizer in the place of a table or a full range, and one range
/// around 0 in the place of others.
void check_plan(const RetrainRun& retrain, const AdcPlan& plan) {
  if (retrain.search_after.empty()) return;
  for (const auto& [layer, adc] : plan.layers) {
    if (!has_range(adc.spec.quantizer))
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

/// It may be of another make, but has to answer the same question.
Teacher teacher_of(const RunConfig& config, const Network& network, const Dataset& images) {
  const RetrainRun& retrain = config.retrain;
  const Network answers =
      retrain.teacher.empty() ? reference_network(config, network) : load_network(retrain.teacher);
  check_fit(answers, images);
  const std::int64_t own = class_count(network);
  if (const std::int64_t classes = class_count(answers); classes != own)
    fail_usage("retrain.teacher '{}' answers with {} classes, but network '{}' with {}",
               answers.name, classes, network.name, own);
  return {TrainableNetwork(answers, config.quantize.quantizer, device_of(retrain.train)),
          retrain.distillation};
}

std::string hash_of(const std::filesystem::path& network_file) {
  return network_file.empty() ? "" : content_hash(load_network(network_file));
}

/// How `network` is trained under `plan`.
TrainingSession session_of(const RunConfig& config, const Network& network, const AdcPlan& plan,
                           const Dataset& images, bool resume, ProgressSink& progress,
                           const Cancellation& cancellation) {
  const RetrainRun& retrain = config.retrain;
  TrainingSession session{config, retrain.train, retraining_recipe(config, network, plan, images),
                          Keep::kBest, resume};
  if (retrain.distillation.share > 0) session.teacher = teacher_of(config, network, images);
  session.writes_plan = retrain.changes_plan() && !plan.layers.empty();
  if (session.writes_plan) session.search_after = retrain.search_after;
  session.search_again = [&config, &progress, &cancellation](const Network& now,
                                                             const AdcPlan& with) {
    return search_again(config, now, with, progress, cancellation);
  };
  return session;
}

}  // namespace

void check_run_retraining(const RunConfig& config, std::span<const RangeMethod> methods) {
  const RetrainRun& retrain = config.retrain;
  check_retraining(config);
  if (!retrain.reference.empty())
    fail_usage(
        "retrain.reference is for bitline retrain: a run counts losses against its own network; "
        "leave it out");
  if (retrain.learn_ranges && config.search.centre == Centre::kMean)
    fail_usage(
        "retrain.learn_ranges is for ranges around 0, and search.centre = \"mean\" puts them "
        "elsewhere; leave one of the two out");
  for (const RangeMethod method : methods)
    if (retrain.changes_plan() &&
        (gives_tables(method) || (retrain.learn_ranges && gives_centres(method))))
      fail_usage(
          "retrain.{} changes ranges around 0, and plans by {} have none; leave one of the two out",
          retrain.learn_ranges ? "learn_ranges" : "search_after", name_of(method));
}

Network reference_network(const RunConfig& config, const Network& network) {
  const std::filesystem::path& file = config.retrain.reference;
  return file.empty() ? network : load_network(file);
}

std::string retraining_recipe(const RunConfig& config, const Network& network, const AdcPlan& plan,
                              const Dataset& images) {
  return sha256(describe(config.retrain, config.seed) + describe(config.quantize.quantizer) +
                describe_recalibration(config) + describe(config.data.normalization) +
                describe(config.array) + content_hash(network) + content_hash(plan) +
                content_hash(images) + describe_searches(config) +
                hash_of(config.retrain.reference) + hash_of(config.retrain.teacher));
}

Trained retrain_network(const RunConfig& config, const Network& network, const AdcPlan& plan,
                        bool resume, ProgressSink& progress, const Cancellation& cancellation,
                        const std::function<void(const EpochReport&)>& after_epoch) {
  const RetrainRun& retrain = config.retrain;
  check_retraining(config);
  check_plan(retrain, plan);
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
  trainable.put_on_array(plan,
                         {config.array, config.engine, retrain.gradient, retrain.learn_ranges});
  const TrainingSession session =
      session_of(config, network, plan, images, resume, progress, cancellation);
  return train_in_session(session, std::move(trainable), images, progress, cancellation,
                          after_epoch);
}

RetrainingGain measure_gain(const RunConfig& config, const Network& network, const AdcPlan& plan,
                            const Trained& retrained, ProgressSink& progress,
                            const Cancellation& cancellation) {
  const Dataset test = load_split(config.data, Split::kTest, progress, cancellation);
  const auto measure = [&](const Network& measured, const AdcPlan& with, std::string_view task) {
    return evaluate(measured, MacMode::kAnalog, with, test, config, task, progress, cancellation);
  };
  return {measure(reference_network(config, network), {}, "lossless"),
          measure(network, plan, "before retraining"),
          measure(retrained.network, retrained.plan, "after retraining")};
}

}  // namespace bitline
