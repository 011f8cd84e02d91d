#include "bitline/study/advice_trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "bitline/evaluate/network_evaluator.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/search_study.h"

namespace bitline {
namespace {

constexpr std::size_t kMostLayers = 3;
constexpr std::int64_t kFewRows = 16;  // half of them tell few levels apart

class Trials {
 public:
  Trials(const Network& network, const RunConfig& config, const AdcPlan& plan,
         const Explanation& explanation, const Job& job)
      : network_(network),
        config_(config),
        plan_(plan),
        explanation_(explanation),
        job_(job),
        sample_(load_search_sample(config.data, config.seed, job)) {
    auto validation = load_validation_sample(config.data, config.seed, job);
    trials_.on_validation = validation.has_value();
    images_ = validation ? *std::move(validation) : sample_;
    for (const LayerExplanation* layer : explanation.worst())
      if (worst_.size() < kMostLayers) worst_.push_back(layer->layer);
  }

  ExplanationRecord::Trials run() {
    Executor executor(network_, MacMode::kAnalog, config_.array, config_.engine, job_.progress);
    const Tensor images = normalized_images(network_, images_, config_.data);
    NetworkEvaluator evaluator(executor, images, images_.labels);
    if (explanation_.statistics_of_plan) evaluator.recalibrate(job_.progress, plan_);
    evaluator_ = &evaluator;
    trials_.plan = score_of(plan_);
    change_worst("a wider range", [this](const std::string&, AdcSpec& spec) {
      spec.delta = spec.delta + config_.search.options.delta_step;
      return true;
    });
    change_worst(config_.array.most_adc_levels()
                     ? "twice the levels, or as many as array.adc_levels allows"
                     : "twice the levels",
                 [this](const std::string& layer, AdcSpec& spec) {
                   const std::int64_t before = spec.levels;
                   spec.levels = config_.array.of(layer).levels_within(2 * before);
                   return spec.levels > before;
                 });
    if (!explanation_.statistics_of_plan) {
      if (can_recalibrate(network_, config_.array))
        add("batch-norm recalibrated", recalibrated(network_, plan_, sample_, config_, job_), plan_,
            config_);
      drive_fewer_rows();
    }
    return std::move(trials_);
  }

 private:
  ScoreRecord score_of(const AdcPlan& plan) const {
    std::vector<std::int64_t> all(static_cast<std::size_t>(evaluator_->image_count()));
    std::iota(all.begin(), all.end(), 0);
    return record_of(evaluator_->evaluate({&plan, 1}, all, [](std::int64_t) {}).front());
  }

  /// Of another network or array.
  void add(const std::string& what, const Network& network, const AdcPlan& plan,
           const RunConfig& config) {
    job_.cancellation.check();
    trials_.changes.push_back(
        {what, evaluate(network, MacMode::kAnalog, plan, images_, config, what, job_).score});
  }

  void add(const std::string& what, const AdcPlan& plan) {
    job_.cancellation.check();
    trials_.changes.push_back({what, score_of(plan)});
  }

  /// `change` says whether it changed anything.
  template <typename Change>
  void change_worst(const std::string& what, const Change& change) {
    AdcPlan together = plan_;
    std::size_t changed = 0;
    for (const std::string& layer : worst_) {
      AdcPlan alone = plan_;
      AdcSpec& spec = alone.layers.at(layer).spec;
      if (!spec.quantizer->has_range() || !change(layer, spec)) continue;
      add(fmt::format("{}: {}", layer, what), alone);
      together.layers.at(layer) = alone.layers.at(layer);
      ++changed;
    }
    if (changed > 1) add(fmt::format("these {} layers: {}", changed, what), together);
  }

  /// Where all layers have ranges and as many levels, so that a search can find their like.
  void drive_fewer_rows() {
    std::set<std::int64_t> levels;
    for (const auto& [layer, adc] : plan_.layers)
      levels.insert(adc.spec.quantizer->has_range() ? adc.spec.levels : 0);
    if (levels.size() != 1 || levels.contains(0)) return;
    for (const std::int64_t reads : {2, 4}) drive_fewer_rows(reads, *levels.begin());
  }

  /// A read of all rows becomes `reads` of them.
  void drive_fewer_rows(std::int64_t reads, std::int64_t levels) {
    const std::int64_t rows = config_.array.common.driven_rows();
    if (rows / reads < kFewRows) return;
    RunConfig fewer = config_;
    fewer.array.common.active_rows = rows / reads;
    fewer.array.common.tile_cut = TileCut::kBalanced;
    fewer.search.layers.clear();
    for (const auto& [layer, adc] : plan_.layers) fewer.search.layers.push_back(layer);
    SearchStudy study(network_, fewer, sample_, job_);
    const AdcPlan plan = study.search(levels, range_methods::kCsnr, {}, job_).plan;
    const std::string what = fmt::format(
        "array.active_rows = {} for {}{}, ranges by csnr, about {} times the reads", rows / reads,
        rows, config_.array.common.tile_cut == TileCut::kBalanced ? "" : ", tiles balanced", reads);
    add(what, network_, plan, fewer);
    if (can_recalibrate(network_, fewer.array))
      add(what + ", batch-norm recalibrated", recalibrated(network_, plan, sample_, fewer, job_),
          plan, fewer);
  }

  const Network& network_;
  const RunConfig& config_;
  const AdcPlan& plan_;
  const Explanation& explanation_;
  Job job_;
  Dataset sample_;
  Dataset images_;
  std::vector<std::string> worst_;
  NetworkEvaluator* evaluator_ = nullptr;  // while run() runs
  ExplanationRecord::Trials trials_;
};

}  // namespace

ExplanationRecord::Trials try_advice(const Network& network, const RunConfig& config,
                                     const AdcPlan& plan, const Explanation& explanation,
                                     const Job& job) {
  return Trials(network, config, plan, explanation, job).run();
}

}  // namespace bitline
