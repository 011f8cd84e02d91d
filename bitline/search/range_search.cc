#include "bitline/search/range_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/progress_task.h"
#include "bitline/search/candidates.h"
#include "bitline/search/curve_search.h"
#include "bitline/search/search_checks.h"

namespace bitline {
namespace {

/// A step decides the layers that its candidates name.
struct Step {
  std::string layer;
  std::vector<Candidate> candidates;
};

std::vector<Step> plan_steps(const SearchOptions& options, const std::vector<SearchLayer>& layers) {
  const auto candidates = [&](std::span<const SearchLayer> some) {
    std::map<std::string, AdcSpec> adcs;
    for (const SearchLayer& layer : some) adcs.emplace(layer.name, adc_of(options, layer.name));
    return make_candidates(some, adcs, options.centres, options.delta_step, options.stream_shifts,
                           options.column_biases);
  };
  std::vector<Step> steps;
  if (options.method == range_methods::kNetworkWise) {
    steps.push_back({"", candidates(layers)});
  } else {
    for (const SearchLayer& layer : layers)
      steps.push_back({layer.name, candidates(std::span(&layer, 1))});
  }
  return steps;
}

void run_step(SearchContext& context, const Step& step, std::int64_t pass, SearchResult& result) {
  SearchCurve curve = search_curve(context, result.plan, step.candidates, step.layer);
  curve.pass = pass;
  const Candidate& winner = step.candidates[curve.winner];
  result.plan.layers.insert(winner.layers.begin(), winner.layers.end());
  result.score = curve.points[curve.winner].score;
  for (const CurvePoint& point : curve.points) result.images_measured += point.score.images;
  result.images_in_full +=
      static_cast<std::int64_t>(step.candidates.size()) * context.image_count();
  result.curves.push_back(std::move(curve));
}

/// All steps once. A layer that the plan decides already is decided anew.
void run_pass(SearchContext& context, const std::vector<Step>& steps, std::int64_t pass,
              SearchResult& result) {
  std::int64_t images = 0;
  for (const Step& step : steps)
    images += static_cast<std::int64_t>(step.candidates.size()) * context.image_count();
  context.images_done = 0;
  const SearchOptions& options = context.options;
  const ProgressTask task(
      context.job.progress,
      fmt::format("search {}, {} levels{}", name_of(options.method),
                  options.levels.empty() ? std::to_string(options.adc.levels) : "mixed",
                  pass == 0 ? "" : fmt::format(", pass {}", pass)),
      images);
  for (const Step& step : steps) {
    result.plan.layers.erase(step.layer);
    run_step(context, step, pass, result);
  }
}

/// The layer's own ADC, whose δ a training may have moved off the candidates' grid.
void add_own_adc(Step& step, const PlannedAdc& own) {
  const bool known = std::ranges::any_of(step.candidates, [&](const Candidate& candidate) {
    return candidate.layers.at(step.layer) == own;
  });
  if (!known)
    step.candidates.push_back(
        {own.spec.delta, {{step.layer, own}}, step.candidates.back().code_map + 1});
}

/// That plans of `start` and of a pass name the same layers.
void check_start(const AdcPlan& start, const std::vector<SearchLayer>& layers) {
  for (const SearchLayer& layer : layers)
    if (!start.layers.contains(layer.name))
      fail_usage("the plan to refine has no ADC for layer {}; search layer-wise first", layer.name);
}

}  // namespace

std::int64_t levels_within(const SearchOptions& options, const std::string& layer,
                           std::int64_t levels) {
  const auto most = options.most_levels.find(layer);
  return most == options.most_levels.end() ? levels : std::min(levels, most->second);
}

AdcSpec adc_of(const SearchOptions& options, const std::string& layer) {
  const auto own = options.layer_adcs.find(layer);
  AdcSpec adc = own == options.layer_adcs.end() ? options.adc : own->second;
  const auto levels = options.levels.find(layer);
  adc.levels = levels_within(options, layer,
                             levels == options.levels.end() ? options.adc.levels : levels->second);
  return adc;
}

SearchResult refine_ranges(Evaluator& evaluator, const SearchOptions& options, const AdcPlan& start,
                           const Job& job) {
  SearchOptions refine = options;
  refine.method = range_methods::kRefine;
  std::vector<std::int64_t> order = checked_image_order(refine, evaluator);
  check_start(start, evaluator.layers());
  std::vector<Step> steps = plan_steps(refine, evaluator.layers());
  for (Step& step : steps) add_own_adc(step, start.layers.at(step.layer));
  SearchContext context{evaluator, refine, std::move(order), job};
  SearchResult result;
  result.plan = start;
  run_pass(context, steps, 1, result);
  return result;
}

SearchResult search_ranges(Evaluator& evaluator, const SearchOptions& options, const Job& job) {
  std::vector<std::int64_t> order = checked_image_order(options, evaluator);
  const std::vector<Step> steps = plan_steps(options, evaluator.layers());
  SearchContext context{evaluator, options, std::move(order), job};
  SearchResult result;
  run_pass(context, steps, 0, result);
  if (options.method != range_methods::kRefine) return result;
  // A layer's own ADC is among its candidates, so a pass never makes the score worse, and ends for
  // want of plans.
  AdcPlan before;
  for (std::int64_t pass = 1; result.plan != before; ++pass) {
    before = result.plan;
    run_pass(context, steps, pass, result);
  }
  return result;
}

}  // namespace bitline
