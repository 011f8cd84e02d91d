#include "bitline/search/statistic_ranges.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;

/// A layer of sums −128 … 128 of which these were seen, once each.
LayerStatistics seen(std::initializer_list<std::int64_t> sums) {
  LayerStatistics layer;
  layer.layer = {"conv1", {-128, 128}};
  layer.sums = Histogram(-128, 128);
  layer.column_low = -30;
  layer.column_high = 50;
  for (const std::int64_t p : sums) layer.sums.add(p);
  return layer;
}

AdcSpec range(RangeMethod method, const LayerStatistics& layer,
              const StatisticOptions& options = {}, std::int64_t levels = 4) {
  AdcSpec spec;
  spec.levels = levels;
  return range_from_statistics(method, spec, layer, options);
}

TEST(StatisticRanges, MinMaxSpansWhatWasSeen) {
  const AdcSpec spec = range(range_methods::kMinMax, seen({-4, 0, 1, 7}));
  EXPECT_EQ(spec.centre, Rational(3, 2));
  EXPECT_EQ(spec.delta, Rational(11, 2));
  EXPECT_EQ(spec.levels, 4);
}

TEST(StatisticRanges, ThreeSigmaLiesAroundTheMean) {
  // −1 and 3: mean 1, deviation 2.
  const AdcSpec spec = range(range_methods::kThreeSigma, seen({-1, 3}));
  EXPECT_EQ(spec.centre, Rational(1));
  EXPECT_EQ(spec.delta, Rational(6));
  // 0, 0, 1: mean 1/3 = 341.33/1024, 3σ = 3 · √2 / 3 = 1448.15/1024; both rounded down.
  LayerStatistics layer = seen({0, 0, 1});
  EXPECT_EQ(range(range_methods::kThreeSigma, layer).centre, Rational(341, 1024));
  EXPECT_EQ(range(range_methods::kThreeSigma, layer).delta, Rational(1448, 1024));
}

TEST(StatisticRanges, PercentileLeavesHalfOfTheRestOnEitherSide) {
  LayerStatistics layer = seen({});
  for (std::int64_t p = 1; p <= 100; ++p) layer.sums.add(p);
  // 5 % at or below 5, 95 % at or below 95.
  const AdcSpec spec = range(range_methods::kPercentile, layer, {Rational(90), 1});
  EXPECT_EQ(spec.centre, Rational(50));
  EXPECT_EQ(spec.delta, Rational(45));
  // Everything: from the smallest to the largest.
  EXPECT_EQ(range(range_methods::kPercentile, layer, {Rational(100), 1}).delta, Rational(99, 2));
}

TEST(StatisticRanges, ColumnBoundTakesWhatTheDigitsAllow) {
  const AdcSpec spec = range(range_methods::kColumnBound, seen({0}));
  EXPECT_EQ(spec.centre, Rational(10));
  EXPECT_EQ(spec.delta, Rational(40));
}

TEST(StatisticRanges, MseKeepsTheCentre) {
  LayerStatistics layer = seen({-4, 0, 4});
  AdcSpec spec;
  spec.levels = 3;
  spec = range_from_statistics(range_methods::kMse, spec, layer, {});
  EXPECT_EQ(spec.delta, Rational(6));
  EXPECT_EQ(spec.centre, Rational(0));
}

// Three levels at −2δ/3, 0 and 2δ/3. The heavy part's sums are met by δ = 6, the light one's by
// δ = 12, and an output is 8 times as sensitive to the heavy one's.
TEST(StatisticRanges, CsnrWeighsAPartByWhatItAddsToTheOutput) {
  LayerStatistics layer = seen({-8, -4, 0, 0, 4, 8});
  for (const auto& [weight, p] : {std::pair{8, 4}, std::pair{1, 8}}) {
    Histogram sums(-128, 128);
    for (const std::int64_t sum : {-p, 0, p}) sums.add(sum);
    layer.output.parts.push_back({weight, sums});
  }
  EXPECT_EQ(range(range_methods::kCsnr, layer, {}, 3).delta, Rational(6));
  std::swap(layer.output.parts[0].weight, layer.output.parts[1].weight);
  EXPECT_EQ(range(range_methods::kCsnr, layer, {}, 3).delta, Rational(12));
}

// 0 counts 64 + 1 times, 4 64 times, 8 once: 0 | 4 8. The second value is 264 / 65.
TEST(StatisticRanges, CsnrLloydMaxTakesTheLevelsAndTheParts) {
  LayerStatistics layer = seen({0, 0, 4, 8});
  for (const auto& [weight, p] : {std::pair{8, 4}, std::pair{1, 8}}) {
    Histogram sums(-128, 128);
    sums.add(0);
    sums.add(p);
    layer.output.parts.push_back({weight, sums});
  }
  const AdcSpec spec = range(range_methods::kCsnrLloydMax, layer, {}, 2);
  EXPECT_EQ(spec.table_thresholds, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(spec.table_values, (std::vector<Rational>{0, Rational(1040, 256)}));
}

// 256 levels for sums from −128: the level that even L gives up merges −128 with −127.
TEST(StatisticRanges, FullRangeNeedsNoSums) {
  AdcSpec spec;
  spec.levels = 256;
  spec.centre = 3;
  spec.step_rule = StepRule::kCodes;
  spec = range_from_statistics(range_methods::kFullRange, spec, seen({}), {});
  EXPECT_EQ(spec.quantizer, quantizers::kFullRange);
  const CodeTable table = make_code_table(spec, {-128, 128});
  EXPECT_EQ(table.levels(), 256);
  EXPECT_EQ(table.value(-128), -127);
  EXPECT_EQ(table.value(-127), -127);
  EXPECT_EQ(table.value(128), 128);
}

// −4 | 0 | 1 | 7 with four levels, whatever the rest of the spec says.
TEST(StatisticRanges, LloydMaxTakesTheLevelsAlone) {
  const AdcSpec spec = range(range_methods::kLloydMax, seen({-4, 0, 1, 7}));
  EXPECT_EQ(spec.quantizer, quantizers::kTable);
  EXPECT_EQ(spec.table_thresholds, (std::vector<std::int64_t>{-2, 1, 4}));
  EXPECT_EQ(spec.table_values, (std::vector<Rational>{-4, 0, 1, 7}));
}

// μ = 1, σ = 2: gaussian_levels_test.cc.
TEST(StatisticRanges, ThreeSigmaGaussianTakesTheLevelsAlone) {
  const AdcSpec spec = range(range_methods::kThreeSigmaGaussian, seen({-1, 3}));
  EXPECT_EQ(spec.quantizer, quantizers::kTable);
  EXPECT_EQ(spec.table_thresholds, (std::vector<std::int64_t>{0, 1, 3}));
}

TEST(StatisticRanges, PlansOfEveryMethodReadBack) {
  AdcPlan plan;
  for (const RangeMethod method :
       {RangeMethod(range_methods::kMinMax), RangeMethod(range_methods::kFullRange),
        RangeMethod(range_methods::kLloydMax), RangeMethod(range_methods::kThreeSigmaGaussian)}) {
    AdcSpec spec;
    spec.levels = 7;
    spec.sides = Sides::kBoth;
    if (method == range_methods::kFullRange) spec.step_rule = StepRule::kOuterLevels;
    for (const LayerStatistics& layer : {seen({-3, -1, -1, 0, 0, 0, 2, 5, 5, 11}), seen({4})})
      plan.layers[fmt::format("{}, from {} sums", name_of(method), statistics(layer.sums).total)] =
          {range_from_statistics(method, spec, layer, {}), {-128, 128}};
  }
  EXPECT_EQ(plan_from_json(to_json(plan)), plan);
}

TEST(StatisticRanges, OneSumAloneTakesTheSmallestRange) {
  const AdcSpec spec = range(range_methods::kMinMax, seen({5}));
  EXPECT_EQ(spec.centre, Rational(5));
  EXPECT_EQ(spec.delta, Rational(1, 2));
}

TEST(StatisticRanges, LayersWithoutSumsAndSearchesAreRefused) {
  expect_error(ErrorKind::kUsage, "layer conv1: no partial sum was seen",
               [] { range(range_methods::kMinMax, seen({})); });
  expect_error(ErrorKind::kUsage, "layer conv1: no partial sum was seen",
               [] { range(range_methods::kLloydMax, seen({})); });
  expect_error(ErrorKind::kUsage, "range method layer-wise does not follow from statistics",
               [] { range(range_methods::kLayerWise, seen({1})); });
}

TEST(RangeMethod, NamesReadBack) {
  for (const char* name :
       {"network-wise", "layer-wise", "refine", "min-max", "three-sigma", "percentile",
        "column-bound", "mse", "full-range", "lloyd-max", "three-sigma-gaussian", "csnr-lloyd-max"})
    EXPECT_EQ(name_of(pick<RangeMethodPolicy>(name)), name);
  expect_error(ErrorKind::kUsage, "range method 'layerwise' is unknown; choose one of ",
               [] { pick<RangeMethodPolicy>("layerwise"); });
}

}  // namespace
}  // namespace bitline
