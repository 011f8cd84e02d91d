#include "bitline/search/range_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/synthetic_evaluator.h"

namespace bitline {
namespace {

using test::deltas_of;
using test::expect_error;
using test::options_of;
using test::search_silently;
using test::SyntheticEvaluator;

std::int64_t delta_of(const AdcPlan& plan, const std::string& layer) {
  return plan.layers.at(layer).spec.delta.floor();
}

/// Image i is right when |δ − best| ≤ i, at a loss of |δ − best|: the further off, the worse.
SyntheticEvaluator peaked(std::int64_t limit, std::int64_t images, std::int64_t best) {
  return {{{"conv1", {-limit, limit}}}, images, [best](const AdcPlan& plan, std::int64_t image) {
            const std::int64_t off = std::abs(delta_of(plan, "conv1") - best);
            return Score{1, off <= image ? 1 : 0, off};
          }};
}

TEST(RangeSearch, DropsACandidateWhenItCannotReachTheLeader) {
  // δ = 1, 2, 3, the best is 2. Image 0 is right for δ = 2 alone, which so leads after the first
  // block and gets all 4 right. The others have 0 of 1 right: at best 3 of 4, out after 1 image.
  SyntheticEvaluator evaluator = peaked(3, 4, 2);
  const SearchResult result = search_silently(evaluator, options_of(range_methods::kLayerWise));
  const SearchCurve& curve = result.curves.at(0);
  EXPECT_EQ(curve.winner, 1);
  EXPECT_EQ(result.score, (Score{4, 4, 0}));
  EXPECT_TRUE(curve.points[0].dropped);
  EXPECT_EQ(curve.points[0].score, (Score{1, 0, 1}));
  EXPECT_FALSE(curve.points[1].dropped);
  EXPECT_EQ(curve.points[1].score, (Score{4, 4, 0}));
  EXPECT_TRUE(curve.points[2].dropped);
  EXPECT_EQ(result.images_measured, 6);  // 1 + 4 + 1
  EXPECT_EQ(result.images_in_full, 12);
  EXPECT_EQ(evaluator.images_measured, 6);
}

TEST(RangeSearch, ARefiningPassStartsFromThePlanThatItIsGiven) {
  // Right where both δ are equal: from (3, 1) the first layer goes to 1, to which the second keeps.
  SyntheticEvaluator evaluator{
      {{"conv1", {-3, 3}}, {"conv2", {-3, 3}}}, 2, [](const AdcPlan& plan, std::int64_t) {
        const std::int64_t off = std::abs(delta_of(plan, "conv1") - delta_of(plan, "conv2"));
        return Score{1, off == 0 ? 1 : 0, off};
      }};
  const auto planned = [](std::int64_t delta) {
    PlannedAdc adc{options_of(range_methods::kLayerWise).adc, {-3, 3}};
    adc.spec.delta = delta;
    return adc;
  };
  const AdcPlan start{{{"conv1", planned(3)}, {"conv2", planned(1)}}};
  SilentProgress silent;
  const SearchResult result =
      refine_ranges(evaluator, options_of(range_methods::kLayerWise), start, {silent, {}});
  EXPECT_EQ(delta_of(result.plan, "conv1"), 1);
  EXPECT_EQ(delta_of(result.plan, "conv2"), 1);
  EXPECT_EQ(result.score, (Score{2, 2, 0}));
  EXPECT_EQ(result.curves.size(), 2U);
  EXPECT_EQ(result.curves.front().pass, 1);
  EXPECT_THROW(refine_ranges(evaluator, options_of(range_methods::kLayerWise),
                             {{{"conv1", planned(3)}}}, {silent, {}}),
               Error);
}

// A training moves δ by sixteenths, off the candidates' grid.
TEST(RangeSearch, ARefiningPassKeepsAnAdcThatNoCandidateBeats) {
  const Rational learned(21, 16);
  SyntheticEvaluator evaluator{{{"conv1", {-3, 3}}}, 2, [&](const AdcPlan& plan, std::int64_t) {
                                 const bool own = plan.layers.at("conv1").spec.delta == learned;
                                 return Score{1, own ? 1 : 0, own ? 0 : 1};
                               }};
  PlannedAdc adc{options_of(range_methods::kLayerWise).adc, {-3, 3}};
  adc.spec.delta = learned;
  SilentProgress silent;
  const SearchResult result = refine_ranges(evaluator, options_of(range_methods::kLayerWise),
                                            {{{"conv1", adc}}}, {silent, {}});
  EXPECT_EQ(result.plan.layers.at("conv1"), adc);
  EXPECT_EQ(result.score.correct, 2);
}

TEST(RangeSearch, FullMeasuresEveryCandidateOnEveryImage) {
  SyntheticEvaluator evaluator = peaked(3, 4, 2);
  SearchOptions options = options_of(range_methods::kLayerWise);
  options.full = true;
  const SearchResult result = search_silently(evaluator, options);
  const SearchCurve& curve = result.curves.at(0);
  // δ = 1 and 3 are off by 1: images 1, 2, 3 are right, each of 4 images costs 1.
  EXPECT_EQ(curve.points[0].score, (Score{4, 3, 4}));
  EXPECT_EQ(curve.points[1].score, (Score{4, 4, 0}));
  EXPECT_EQ(curve.points[2].score, (Score{4, 3, 4}));
  for (const CurvePoint& point : curve.points) EXPECT_FALSE(point.dropped);
  EXPECT_EQ(evaluator.images_measured, 12);
}

TEST(RangeSearch, HardestImagesFirstSaveWork) {
  // Image i is right when |δ − 30| ≤ i, so that image 0 is the hardest; all cost the same.
  const auto score = [](const AdcPlan& plan, std::int64_t image) {
    return Score{1, std::abs(delta_of(plan, "conv1") - 30) <= image ? 1 : 0, 1};
  };
  SyntheticEvaluator hard_first({{"conv1", {-100, 100}}}, 100, score);
  SearchOptions options = options_of(range_methods::kLayerWise, 10);
  const SearchResult early = search_silently(hard_first, options);
  SyntheticEvaluator easy_first({{"conv1", {-100, 100}}}, 100, score);
  for (std::int64_t i = 99; i >= 0; --i) options.image_order.push_back(i);
  const SearchResult late = search_silently(easy_first, options);
  EXPECT_EQ(early.plan, late.plan);
  EXPECT_EQ(early.score, late.score);
  // Only δ = 30 gets image 0 right, so that one block of 10 is enough for the other 99: 99 · 10 +
  // 100. Easiest first, |δ − 30| = d errs at place 100 − d for the first time.
  EXPECT_EQ(hard_first.images_measured, 1090);
  EXPECT_GT(easy_first.images_measured, 5000);
  EXPECT_EQ(early.images_in_full, 10000);
}

TEST(RangeSearch, CandidateThatCanOnlyTieStaysUntilItsLossIsLarger) {
  // Every image is right under both δ. δ = 1 costs 2 on image 0, δ = 2 costs 3 on image 3. δ = 2
  // looks better at first and leads with 3; δ = 1 may still tie or win, and wins with 2.
  SyntheticEvaluator evaluator(
      {{"conv1", {-2, 2}}}, 4, [](const AdcPlan& plan, std::int64_t image) {
        const bool first = delta_of(plan, "conv1") == 1;
        return Score{1, 1, first ? (image == 0 ? 2 : 0) : (image == 3 ? 3 : 0)};
      });
  const SearchResult result = search_silently(evaluator, options_of(range_methods::kLayerWise));
  EXPECT_EQ(result.curves[0].winner, 0);
  EXPECT_EQ(result.score, (Score{4, 4, 2}));
}

TEST(RangeSearch, LargerDeltaWinsATieThoughMeasuredLater) {
  // Image 0 costs δ = 2 one unit, image 1 costs δ = 1 one unit: the same in the end.
  SyntheticEvaluator evaluator(
      {{"conv1", {-2, 2}}}, 2, [](const AdcPlan& plan, std::int64_t image) {
        return Score{1, 1, (delta_of(plan, "conv1") == 2) == (image == 0) ? 1 : 0};
      });
  for (const Objective objective :
       {Objective::kAccuracy, Objective::kLoss, Objective::kAgreement}) {
    SearchOptions options = options_of(range_methods::kLayerWise);
    options.objective = objective;
    const SearchResult result = search_silently(evaluator, options);
    EXPECT_EQ(delta_of(result.plan, "conv1"), 2);
    EXPECT_FALSE(result.curves[0].points[0].dropped);
  }
}

TEST(RangeSearch, SmallerDeltaIsDroppedAsSoonAsItCanOnlyTieInFull) {
  // No image costs anything, so that the larger δ wins; the smaller one could at best be its equal
  // and is out after the first block.
  SyntheticEvaluator evaluator({{"conv1", {-2, 2}}}, 4, [](const AdcPlan&, std::int64_t) {
    return Score{1, 1, 0};
  });
  const SearchResult result = search_silently(evaluator, options_of(range_methods::kLayerWise));
  EXPECT_EQ(delta_of(result.plan, "conv1"), 2);
  EXPECT_TRUE(result.curves[0].points[0].dropped);
  EXPECT_EQ(evaluator.images_measured, 5);
}

/// conv1 alone is best at δ = 2. conv2 is best at 1 after conv1 = 2, and at 4 otherwise. conv1 = 5
/// with conv2 = 4 would be better than all that front to back can reach.
Score coupled(const AdcPlan& plan, std::int64_t) {
  const std::int64_t first = delta_of(plan, "conv1");
  if (!plan.layers.contains("conv2")) return {1, 1, std::abs(first - 2)};
  const std::int64_t second = delta_of(plan, "conv2");
  if (first == 5 && second == 4) return {1, 1, 0};
  return {1, 1, 10 + std::abs(second - (first == 2 ? 1 : 4))};
}

const std::vector<SearchLayer> kTwoLayers = {{"conv1", {-5, 5}}, {"conv2", {-5, 5}}};

TEST(RangeSearch, LayerWiseGoesFrontToBackAndKeepsWhatItChose) {
  SyntheticEvaluator evaluator(kTwoLayers, 3, coupled);
  const SearchResult result = search_silently(evaluator, options_of(range_methods::kLayerWise));
  EXPECT_EQ(deltas_of(result.plan), "conv1=2 conv2=1 ");
  ASSERT_EQ(result.curves.size(), 2);
  EXPECT_EQ(result.curves[0].layer, "conv1");
  EXPECT_EQ(result.curves[1].layer, "conv2");
  // conv1 was judged with conv2 lossless: loss 0 over 3 images, and 3 · 10 for the whole plan.
  EXPECT_EQ(result.curves[0].points[1].score, (Score{3, 3, 0}));
  EXPECT_EQ(result.score, (Score{3, 3, 30}));
  EXPECT_EQ(result.images_in_full, 2 * 5 * 3);
}

TEST(RangeSearch, LayerWiseAsksForPlansThatEndAtTheLayerSearched) {
  std::set<std::string> asked;
  SyntheticEvaluator evaluator(kTwoLayers, 3, [&](const AdcPlan& plan, std::int64_t image) {
    asked.insert(deltas_of(plan));
    return coupled(plan, image);
  });
  search_silently(evaluator, options_of(range_methods::kLayerWise));
  EXPECT_EQ(asked,
            (std::set<std::string>{"conv1=1 ", "conv1=2 ", "conv1=3 ", "conv1=4 ", "conv1=5 ",
                                   "conv1=2 conv2=1 ", "conv1=2 conv2=2 ", "conv1=2 conv2=3 ",
                                   "conv1=2 conv2=4 ", "conv1=2 conv2=5 "}));
}

TEST(RangeSearch, NetworkWiseGivesEveryLayerTheSameDelta) {
  // Same δ in both layers: 5 and 5 cost 11, 4 and 4 cost 10, 3 and 3 cost 11, 2 and 2 cost 11.
  SyntheticEvaluator evaluator(kTwoLayers, 3, coupled);
  const SearchResult result = search_silently(evaluator, options_of(range_methods::kNetworkWise));
  EXPECT_EQ(deltas_of(result.plan), "conv1=4 conv2=4 ");
  EXPECT_EQ(result.score, (Score{3, 3, 30}));
  ASSERT_EQ(result.curves.size(), 1);
  EXPECT_EQ(result.curves[0].layer, "");
}

TEST(RangeSearch, ProgressEndsAtItsTotalAndNamesTheBest) {
  // 2 layers · 5 candidates · 3 images.
  SyntheticEvaluator evaluator(kTwoLayers, 3, coupled);
  test::NotedProgress progress;
  search_ranges(evaluator, options_of(range_methods::kLayerWise, 2), {progress, Cancellation()});
  ASSERT_EQ(progress.tasks().size(), 1U);
  const test::ToldTask& search = progress.tasks().front();
  EXPECT_EQ(search.name, "search layer-wise, 4 levels");
  EXPECT_EQ(search.total, 30);
  EXPECT_TRUE(std::ranges::is_sorted(search.done));
  ASSERT_FALSE(search.done.empty());
  EXPECT_EQ(search.done.back(), 30);
  EXPECT_EQ(search.note, "conv2: best delta 1, 100.00 %");
  EXPECT_EQ(search.ends, 1);
}

TEST(RangeSearch, CancellationStopsItAtTheNextBlock) {
  Cancellation cancellation;
  SyntheticEvaluator evaluator(kTwoLayers, 8, [&](const AdcPlan& plan, std::int64_t image) {
    cancellation.request();
    return coupled(plan, image);
  });
  test::NotedProgress progress;
  expect_error(ErrorKind::kInterrupted, "stopped", [&] {
    search_ranges(evaluator, options_of(range_methods::kLayerWise, 2), {progress, cancellation});
  });
  EXPECT_EQ(evaluator.images_measured, 2);
  ASSERT_EQ(progress.tasks().size(), 1U);
  EXPECT_TRUE(std::ranges::is_sorted(progress.tasks().front().done));
  EXPECT_EQ(progress.tasks().front().ends, 1);
}

TEST(RangeSearch, EvaluatorThatBreaksTheBoundsPremisesIsABug) {
  for (const Score& wrong : {Score{1, 1, -1}, Score{1, 2, 0}, Score{2, 1, 0}, Score{1, -1, 0}}) {
    SyntheticEvaluator evaluator({{"conv1", {-2, 2}}}, 3,
                                 [&](const AdcPlan&, std::int64_t) { return wrong; });
    expect_error(ErrorKind::kBug, "internal error",
                 [&] { search_silently(evaluator, options_of(range_methods::kLayerWise)); });
  }
}

/// conv1 alone is best at 1; together both are best at 4.
Score attracted(const AdcPlan& plan, std::int64_t) {
  const std::int64_t first = delta_of(plan, "conv1");
  if (!plan.layers.contains("conv2")) return {1, 1, std::abs(first - 1)};
  const std::int64_t second = delta_of(plan, "conv2");
  return {1, 1, std::abs(first - second) + std::abs(second - 4)};
}

TEST(RangeSearch, RefineGoesOnUntilNothingImproves) {
  SyntheticEvaluator evaluator(kTwoLayers, 3, attracted);
  const SearchResult front_to_back =
      search_silently(evaluator, options_of(range_methods::kLayerWise));
  EXPECT_EQ(deltas_of(front_to_back.plan), "conv1=1 conv2=4 ");
  const SearchResult refined = search_silently(evaluator, options_of(range_methods::kRefine));
  EXPECT_EQ(deltas_of(refined.plan), "conv1=4 conv2=4 ");
  EXPECT_EQ(refined.score, (Score{3, 3, 0}));
  // Pass 1 moves conv1, pass 2 moves nothing.
  ASSERT_EQ(refined.curves.size(), 6);
  EXPECT_EQ(refined.curves[1].pass, 0);
  EXPECT_EQ(refined.curves[2].pass, 1);
  EXPECT_EQ(refined.curves[5].pass, 2);
  EXPECT_EQ(refined.curves[5].layer, "conv2");
  EXPECT_EQ(refined.images_in_full, 3 * 2 * 5 * 3);
}

TEST(RangeSearch, StatisticsAreNoSearch) {
  SyntheticEvaluator evaluator(kTwoLayers, 3, attracted);
  expect_error(ErrorKind::kUsage, "range method min-max takes no search",
               [&] { search_silently(evaluator, options_of(range_methods::kMinMax)); });
}

/// Changes one option of a good search of 3 images and expects it to be refused by this message.
void expect_refused(const std::string& message, const std::function<void(SearchOptions&)>& change) {
  SyntheticEvaluator evaluator(kTwoLayers, 3, coupled);
  SearchOptions options = options_of(range_methods::kLayerWise);
  change(options);
  expect_error(ErrorKind::kUsage, message, [&] { search_silently(evaluator, options); });
  EXPECT_EQ(evaluator.images_measured, 0);
}

TEST(RangeSearchOptions, FewerThanTwoLevelsAreRefused) {
  expect_refused("layer conv1: levels 1 is below 2", [](auto& options) { options.adc.levels = 1; });
}

TEST(RangeSearchOptions, QuantizersWithoutARangeAreRefused) {
  expect_refused("quantizer lossless has no range to search",
                 [](auto& options) { options.adc.quantizer = quantizers::kLossless; });
  expect_refused("quantizer table has no range to search",
                 [](auto& options) { options.adc.quantizer = quantizers::kTable; });
}

TEST(RangeSearchOptions, StepsThatAreNoMultiplesOfAHalfAreRefused) {
  for (const Rational& step : {Rational(0), Rational(-1), Rational(1, 3)})
    expect_refused("delta_step " + to_string(step) + " is not a positive multiple of 1/2",
                   [&](auto& options) { options.delta_step = step; });
}

TEST(RangeSearchOptions, EmptyBlocksAreRefused) {
  expect_refused("a block of 0 images is empty", [](auto& options) { options.block_images = 0; });
}

TEST(RangeSearchOptions, CentresOfOtherLayersOrOutsideTheSumsAreRefused) {
  expect_refused("layer conv3, which is not among those", [](auto& options) {
    options.centres = {{"conv3", 0}};
  });
  expect_refused("layer conv2: centre 6 lies outside the possible sums; choose -5 to 5",
                 [](auto& options) {
                   options.centres = {{"conv2", 6}};
                 });
}

TEST(RangeSearchOptions, ImageOrdersThatAreNoPermutationAreRefused) {
  const std::vector<std::vector<std::int64_t>> orders = {
      {0, 1}, {0, 1, 1}, {0, 1, 3}, {0, 1, 2, 2}};
  for (const auto& order : orders)
    expect_refused("does not name each of the 3 images once",
                   [&](auto& options) { options.image_order = order; });
}

TEST(RangeSearchOptions, NetworksWithNothingToSearchAreRefused) {
  const auto refuse = [](std::vector<SearchLayer> layers, std::int64_t images, ErrorKind kind,
                         const std::string& message) {
    SyntheticEvaluator evaluator(std::move(layers), images, coupled);
    expect_error(kind, message,
                 [&] { search_silently(evaluator, options_of(range_methods::kLayerWise)); });
  };
  refuse({}, 3, ErrorKind::kUsage, "no layer has an ADC to search");
  refuse(kTwoLayers, 0, ErrorKind::kUsage, "the search sample holds no image");
  refuse({{"conv1", {0, 0}}}, 3, ErrorKind::kFailure, "layer conv1: its only possible sum is 0");
  refuse({{"a", {-1, 1}}, {"a", {-2, 2}}}, 3, ErrorKind::kFailure, "two layers are called a");
}

}  // namespace
}  // namespace bitline
