#include "bitline/search/range_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "bitline/base/error.h"
#include "bitline/search/candidates.h"
#include "bitline/search/curve_search.h"

namespace bitline {
namespace {

void check_layers(const std::vector<SearchLayer>& layers) {
  if (layers.empty()) fail_usage("no layer has an ADC to search; map at least one layer to arrays");
  std::set<std::string> names;
  for (const SearchLayer& layer : layers) {
    if (!names.insert(layer.name).second)
      fail("two layers are called {}; layers to search need names of their own", layer.name);
    if (largest_sum(layer) == 0)
      fail("layer {}: its only possible sum is 0, which leaves no range to search", layer.name);
  }
}

void check_centres(const SearchOptions& options, const std::vector<SearchLayer>& layers) {
  for (const auto& centre : options.centres) {
    const std::string& name = centre.first;
    if (std::none_of(layers.begin(), layers.end(),
                     [&](const SearchLayer& layer) { return layer.name == name; }))
      fail_usage("a centre is given for layer {}, which is not among those to search", name);
  }
}

std::vector<std::int64_t> image_order(const SearchOptions& options, std::int64_t image_count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(image_count));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  if (options.image_order.empty()) return all;
  if (!std::is_permutation(options.image_order.begin(), options.image_order.end(), all.begin(),
                           all.end()))
    fail_usage("the image order with {} entries does not name each of the {} images once",
               options.image_order.size(), image_count);
  return options.image_order;
}

void check_options(const SearchOptions& options, const Evaluator& evaluator) {
  const Quantizer quantizer = options.adc.quantizer;
  if (quantizer != Quantizer::kZeroTread && quantizer != Quantizer::kZeroRise)
    fail_usage("quantizer {} has no range to search; choose zero-tread or zero-rise",
               name_of(quantizer));
  if (options.delta_step <= 0 || (options.delta_step * 2).denominator() != 1)
    fail_usage("delta step {} is not a positive multiple of 1/2", to_string(options.delta_step));
  if (options.block_images < 1)
    fail_usage("a block of {} images is empty; ask for at least 1 image at once",
               options.block_images);
  if (!is_search(options.method))
    fail_usage("range method {} takes no search; it follows from statistics of the sums",
               name_of(options.method));
  if (evaluator.image_count() < 1) fail_usage("the search sample holds no image");
  check_layers(evaluator.layers());
  check_centres(options, evaluator.layers());
}

/// A step decides the layers that its candidates name.
struct Step {
  std::string layer;
  std::vector<Candidate> candidates;
};

std::vector<Step> plan_steps(const SearchOptions& options, const std::vector<SearchLayer>& layers) {
  const auto candidates = [&](std::span<const SearchLayer> some) {
    return make_candidates(some, options.adc, options.centres, options.delta_step);
  };
  std::vector<Step> steps;
  if (options.method == RangeMethod::kNetworkWise) {
    steps.push_back({"", candidates(layers)});
  } else {
    for (const SearchLayer& layer : layers)
      steps.push_back({layer.name, candidates(std::span(&layer, 1))});
  }
  return steps;
}

/// The task ends however its scope is left.
class ProgressTask {
 public:
  ProgressTask(ProgressSink& sink, const std::string& task, std::int64_t total) : sink_(sink) {
    sink_.begin(task, total);
  }
  ~ProgressTask() { sink_.end(); }
  ProgressTask(const ProgressTask&) = delete;
  ProgressTask& operator=(const ProgressTask&) = delete;

 private:
  ProgressSink& sink_;
};

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
      context.progress,
      fmt::format("search {}, {} levels{}", name_of(options.method), options.adc.levels,
                  pass == 0 ? "" : fmt::format(", pass {}", pass)),
      images);
  for (const Step& step : steps) {
    result.plan.layers.erase(step.layer);
    run_step(context, step, pass, result);
  }
}

}  // namespace

SearchResult search_ranges(Evaluator& evaluator, const SearchOptions& options,
                           ProgressSink& progress, const Cancellation& cancellation) {
  check_options(options, evaluator);
  const std::vector<Step> steps = plan_steps(options, evaluator.layers());
  SearchContext context{evaluator, options, image_order(options, evaluator.image_count()), progress,
                        cancellation};
  SearchResult result;
  run_pass(context, steps, 0, result);
  if (options.method != RangeMethod::kRefine) return result;
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
