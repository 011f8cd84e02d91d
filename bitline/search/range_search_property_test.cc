// The promise of the search: whatever it leaves out, its result is that of brute force.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tuple>

#include "bitline/search/range_search.h"
#include "bitline/testing/synthetic_evaluator.h"

namespace bitline {
namespace {

using test::options_of;
using test::random_scores;
using test::search_silently;
using test::SyntheticEvaluator;

/// A search, drawn at random: few possible scores, so that ties are common.
struct Problem {
  std::vector<SearchLayer> layers;
  std::int64_t images = 0;
  SyntheticEvaluator::ImageScore score;
  SearchOptions options;

  SyntheticEvaluator evaluator() const { return {layers, images, score}; }
};

Problem draw_problem(int layer_count) {
  Problem problem;
  for (int i = 0; i < layer_count; ++i)
    problem.layers.push_back(
        {"conv" + std::to_string(i), {-*rc::gen::inRange(0, 9), *rc::gen::inRange(1, 9)}});
  problem.images = *rc::gen::inRange(1, 20);
  problem.score =
      random_scores(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::uint64_t>(1, 4),
                    *rc::gen::inRange<std::uint64_t>(0, 3));
  problem.options = options_of(*rc::gen::element(RangeMethod(range_methods::kNetworkWise),
                                                 RangeMethod(range_methods::kLayerWise)),
                               *rc::gen::inRange(1, 24));
  problem.options.objective =
      *rc::gen::element(Objective::kAccuracy, Objective::kLoss, Objective::kAgreement);
  problem.options.delta_step = *rc::gen::element(Rational(1), Rational(1, 2));
  for (std::int64_t i = 0; i < problem.images; ++i) problem.options.image_order.push_back(i);
  Random random(*rc::gen::arbitrary<std::uint64_t>());
  random.shuffle(std::span(problem.options.image_order));
  return problem;
}

Score measure(const Problem& problem, const AdcPlan& plan) {
  Score score;
  for (std::int64_t i = 0; i < problem.images; ++i) score += problem.score(plan, i);
  return score;
}

/// The definition: measures every candidate on every image, keeps the largest key.
AdcPlan brute_force_step(const Problem& problem, const AdcPlan& decided,
                         const std::vector<SearchLayer>& layers) {
  std::int64_t largest = 0;
  for (const SearchLayer& layer : layers) largest = std::max(largest, layer.sums.magnitude());
  AdcPlan best;
  std::tuple<std::int64_t, std::int64_t> best_key;
  const auto try_deltas = [&](const auto& delta_of) {
    AdcPlan plan = decided;
    for (const SearchLayer& layer : layers) {
      AdcSpec spec = problem.options.adc;
      spec.delta = delta_of(layer, Rational(layer.sums.magnitude()));
      plan.layers[layer.name] = {spec, layer.sums};
    }
    const Score score = measure(problem, plan);
    const auto key = problem.options.objective == Objective::kLoss
                         ? std::tuple(-score.loss, score.correct)
                         : std::tuple(score.correct, -score.loss);
    // δ rises, so that the last of equals is the largest.
    if (best.layers.empty() || key >= best_key) {
      best = plan;
      best_key = key;
    }
  };
  for (Rational delta = problem.options.delta_step; delta <= Rational(largest);
       delta = delta + problem.options.delta_step)
    try_deltas([&](const SearchLayer&, const Rational& own) { return std::min(delta, own); });
  const auto exact = [&](const SearchLayer& layer) {
    return exact_delta(problem.options.adc, layer.sums);
  };
  if (std::ranges::all_of(layers,
                          [&](const SearchLayer& layer) { return exact(layer).has_value(); }))
    try_deltas([&](const SearchLayer& layer, const Rational&) { return *exact(layer); });
  return best;
}

AdcPlan brute_force(const Problem& problem) {
  if (problem.options.method == range_methods::kNetworkWise)
    return brute_force_step(problem, {}, problem.layers);
  AdcPlan plan;
  for (const SearchLayer& layer : problem.layers) plan = brute_force_step(problem, plan, {layer});
  return plan;
}

TEST(RangeSearchProperty, ResultIsThatOfBruteForce) {
  ASSERT_TRUE(rc::check([] {
    const Problem problem = draw_problem(*rc::gen::inRange(1, 4));
    SyntheticEvaluator evaluator = problem.evaluator();
    const SearchResult result = search_silently(evaluator, problem.options);
    const AdcPlan expected = brute_force(problem);
    RC_ASSERT(result.plan == expected);
    RC_ASSERT(result.score == measure(problem, expected));
    RC_ASSERT(result.images_measured == evaluator.images_measured);
    RC_ASSERT(result.images_measured <= result.images_in_full);
  }));
}

TEST(RangeSearchProperty, PrunedIsFullInWinnerAndScore) {
  ASSERT_TRUE(rc::check([] {
    Problem problem = draw_problem(2);
    SyntheticEvaluator evaluator = problem.evaluator();
    const SearchResult pruned = search_silently(evaluator, problem.options);
    problem.options.full = true;
    problem.options.block_images = *rc::gen::inRange(1, 24);
    problem.options.image_order.clear();
    SyntheticEvaluator full_evaluator = problem.evaluator();
    const SearchResult full = search_silently(full_evaluator, problem.options);
    RC_ASSERT(pruned.plan == full.plan);
    RC_ASSERT(pruned.score == full.score);
    RC_ASSERT(full.images_measured == full.images_in_full);
    for (std::size_t c = 0; c < full.curves.size(); ++c) {
      RC_ASSERT(pruned.curves[c].winner == full.curves[c].winner);
      for (std::size_t i = 0; i < full.curves[c].points.size(); ++i) {
        const CurvePoint& point = pruned.curves[c].points[i];
        RC_ASSERT(!full.curves[c].points[i].dropped);
        // What was not dropped was measured to the end.
        if (!point.dropped) RC_ASSERT(point.score == full.curves[c].points[i].score);
        if (point.dropped) RC_ASSERT(point.score.images < problem.images);
      }
    }
  }));
}

}  // namespace
}  // namespace bitline
