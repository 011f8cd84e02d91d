#include "bitline/search/statistic_ranges.h"

#include <gtest/gtest.h>

#include "bitline/search/synthetic_evaluator.h"

namespace bitline {
namespace {

/// A layer of sums −128 … 128 of which these were seen, once each.
LayerStatistics seen(std::initializer_list<std::int64_t> sums) {
  LayerStatistics layer{{"conv1", -128, 128}, Histogram(-128, 128), -30, 50};
  for (const std::int64_t p : sums) layer.sums.add(p);
  return layer;
}

AdcSpec range(RangeMethod method, const LayerStatistics& layer,
              const StatisticOptions& options = {}) {
  AdcSpec spec;
  spec.levels = 4;
  return range_from_statistics(method, spec, layer, options);
}

TEST(StatisticRanges, MinMaxSpansWhatWasSeen) {
  const AdcSpec spec = range(RangeMethod::kMinMax, seen({-4, 0, 1, 7}));
  EXPECT_EQ(spec.centre, Rational(3, 2));
  EXPECT_EQ(spec.delta, Rational(11, 2));
  EXPECT_EQ(spec.levels, 4);
}

TEST(StatisticRanges, ThreeSigmaLiesAroundTheMean) {
  // −1 and 3: mean 1, deviation 2.
  const AdcSpec spec = range(RangeMethod::kThreeSigma, seen({-1, 3}));
  EXPECT_EQ(spec.centre, Rational(1));
  EXPECT_EQ(spec.delta, Rational(6));
  // 0, 0, 1: mean 1/3 = 341.33/1024, 3σ = 3 · √2 / 3 = 1448.15/1024; both rounded down.
  LayerStatistics layer = seen({0, 0, 1});
  EXPECT_EQ(range(RangeMethod::kThreeSigma, layer).centre, Rational(341, 1024));
  EXPECT_EQ(range(RangeMethod::kThreeSigma, layer).delta, Rational(1448, 1024));
}

TEST(StatisticRanges, PercentileLeavesHalfOfTheRestOnEitherSide) {
  LayerStatistics layer = seen({});
  for (std::int64_t p = 1; p <= 100; ++p) layer.sums.add(p);
  // 5 % at or below 5, 95 % at or below 95.
  const AdcSpec spec = range(RangeMethod::kPercentile, layer, {Rational(90), 1});
  EXPECT_EQ(spec.centre, Rational(50));
  EXPECT_EQ(spec.delta, Rational(45));
  // Everything: from the smallest to the largest.
  EXPECT_EQ(range(RangeMethod::kPercentile, layer, {Rational(100), 1}).delta, Rational(99, 2));
}

TEST(StatisticRanges, ColumnBoundTakesWhatTheDigitsAllow) {
  const AdcSpec spec = range(RangeMethod::kColumnBound, seen({0}));
  EXPECT_EQ(spec.centre, Rational(10));
  EXPECT_EQ(spec.delta, Rational(40));
}

TEST(StatisticRanges, MseKeepsTheCentre) {
  LayerStatistics layer = seen({-4, 0, 4});
  AdcSpec spec;
  spec.levels = 3;
  spec = range_from_statistics(RangeMethod::kMse, spec, layer, {});
  EXPECT_EQ(spec.delta, Rational(6));
  EXPECT_EQ(spec.centre, Rational(0));
}

TEST(StatisticRanges, OneSumAloneTakesTheSmallestRange) {
  const AdcSpec spec = range(RangeMethod::kMinMax, seen({5}));
  EXPECT_EQ(spec.centre, Rational(5));
  EXPECT_EQ(spec.delta, Rational(1, 2));
}

TEST(StatisticRanges, LayersWithoutSumsAndSearchesAreRefused) {
  expect_error(ErrorKind::kUsage, "layer conv1: no partial sum was seen",
               [] { range(RangeMethod::kMinMax, seen({})); });
  expect_error(ErrorKind::kUsage, "range method layer-wise does not follow from statistics",
               [] { range(RangeMethod::kLayerWise, seen({1})); });
}

TEST(RangeMethod, NamesReadBack) {
  for (const char* name : {"network-wise", "layer-wise", "refine", "min-max", "three-sigma",
                           "percentile", "column-bound", "mse"})
    EXPECT_EQ(name_of(range_method_from_name(name)), name);
  expect_error(ErrorKind::kUsage, "\"layerwise\" is unknown; choose from network-wise, layer-wise",
               [] { range_method_from_name("layerwise"); });
}

}  // namespace
}  // namespace bitline
