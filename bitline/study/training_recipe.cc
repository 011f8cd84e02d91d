#include "bitline/study/training_recipe.h"

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"
#include "bitline/options/describe.h"
#include "bitline/study/inputs.h"

namespace bitline {
namespace {

/// The sample that moves the statistics first: its images are among those of the recipe.
std::string describe_recalibration(const RunConfig& config) {
  return config.retrain_or_default().recalibrate
             ? fmt::format("sample {} ", config.data.images_per_class)
             : "";
}

/// What decides the plans of later epochs.
std::string describe_searches(const RunConfig& config) {
  if (config.retrain_or_default().search_after.empty()) return {};
  return fmt::format("search images {} {}", config.data.images_per_class,
                     describe(config.search, config.adc));
}

/// Of the lossless network follow answers and centres, and in training it is one that does not
/// work.
void check_search_after(const RunConfig& config) {
  const SearchConfig& search = config.search;
  const RetrainConfig retrain = config.retrain_or_default();
  if (retrain.search_after.empty()) return;
  if (search.options.objective == Objective::kAgreement)
    fail_usage(
        "retrain.search_after with search.objective = \"agreement\": a network in training has no "
        "lossless answers to agree with; choose accuracy or loss");
  if (search.centre == Centre::kMean || search.stream_ranges_by_spread)
    fail_usage(
        "retrain.search_after goes with ranges around 0 that all input streams share; leave "
        "search.centre and search.stream_ranges out");
  for (const std::int64_t epoch : retrain.search_after)
    if (epoch >= retrain.train.options.epochs)
      fail_usage("retrain.search_after names epoch {}, behind which none of {} is left to train",
                 epoch, retrain.train.options.epochs);
}

std::string hash_of(const std::filesystem::path& network_file) {
  return network_file.empty() ? "" : content_hash(load_network(network_file));
}

}  // namespace

std::string training_recipe(const RunConfig& config, const Dataset& images) {
  return sha256(describe_recipe(config) + content_hash(load_network(config.model)) +
                content_hash(images));
}

std::string retraining_recipe(const RunConfig& config, const Network& network, const AdcPlan& plan,
                              const Dataset& images) {
  const RetrainConfig retrain = config.retrain_or_default();
  return sha256(describe(retrain, config.seed) + describe_learning(config.quantize_or_default()) +
                describe_recalibration(config) + describe(config.data) + describe(config.array) +
                content_hash(network) + content_hash(plan) + content_hash(images) +
                describe_searches(config) + hash_of(retrain.reference) + hash_of(retrain.teacher));
}

void check_retraining(const RunConfig& config) {
  const RetrainConfig retrain = config.retrain_or_default();
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

void check_run_retraining(const RunConfig& config, std::span<const RangeMethod> methods) {
  const RetrainConfig retrain = config.retrain_or_default();
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
        (method->gives_tables || (retrain.learn_ranges && method->gives_centres)))
      fail_usage(
          "retrain.{} changes ranges around 0, and plans by {} have none; leave one of the two out",
          retrain.learn_ranges ? "learn_ranges" : "search_after", name_of(method));
}

Network reference_network(const RunConfig& config, const Network& network) {
  const std::filesystem::path file = config.retrain_or_default().reference;
  return file.empty() ? network : load_network(file);
}

}  // namespace bitline
