#include "bitline/search/candidates.h"

#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;

AdcSpec levels(std::int64_t count) {
  AdcSpec adc;
  adc.levels = count;
  return adc;
}

/// All layers have the same ADC.
std::vector<Candidate> candidates_of(const std::vector<SearchLayer>& layers, const AdcSpec& adc,
                                     const std::map<std::string, Rational>& centres,
                                     const Rational& delta_step,
                                     const StreamShifts& stream_shifts = {}) {
  std::map<std::string, AdcSpec> adcs;
  for (const SearchLayer& layer : layers) adcs.emplace(layer.name, adc);
  return make_candidates(layers, adcs, centres, delta_step, stream_shifts);
}

std::vector<Rational> deltas(const std::vector<Candidate>& candidates) {
  std::vector<Rational> result;
  for (const Candidate& candidate : candidates) result.push_back(candidate.delta);
  return result;
}

TEST(Candidates, AreEveryIntegerUpToTheLargestPossibleSum) {
  // The largest |p| is that of the smallest sum, −5.
  const std::vector<SearchLayer> layers = {{"conv1", {-5, 3}}};
  EXPECT_EQ(deltas(candidates_of(layers, levels(3), {}, 1)),
            (std::vector<Rational>{1, 2, 3, 4, 5}));
}

TEST(Candidates, AreMultiplesOfTheStep) {
  const std::vector<SearchLayer> layers = {{"conv1", {-2, 2}}};
  EXPECT_EQ(deltas(candidates_of(layers, levels(3), {}, Rational(1, 2))),
            (std::vector<Rational>{Rational(1, 2), 1, Rational(3, 2), 2}));
  const std::vector<SearchLayer> wide = {{"conv1", {-100, 100}}};
  EXPECT_EQ(deltas(candidates_of(wide, levels(3), {}, 30)), (std::vector<Rational>{30, 60, 90}));
}

TEST(Candidates, WithALevelForEverySumHoldTheExactAdc) {
  const std::vector<SearchLayer> layers = {{"conv1", {-2, 2}}};
  EXPECT_EQ(deltas(candidates_of(layers, levels(5), {}, 1)),
            (std::vector<Rational>{1, 2, Rational(5, 2)}));
  EXPECT_EQ(deltas(candidates_of(layers, levels(5), {}, 2)),
            (std::vector<Rational>{2, Rational(5, 2)}));
  EXPECT_EQ(deltas(candidates_of(layers, levels(4), {}, 1)), (std::vector<Rational>{1, 2}));
  const std::vector<SearchLayer> binary = {{"conv1", {-4, 4, 2}}};
  EXPECT_EQ(deltas(candidates_of(binary, levels(5), {}, 4)), (std::vector<Rational>{4, 5}));
  // By outer levels δ = N is exact, and among the multiples of 1.
  AdcSpec outer = levels(5);
  outer.step_rule = StepRule::kOuterLevels;
  EXPECT_EQ(deltas(candidates_of(layers, outer, {}, 1)), (std::vector<Rational>{1, 2}));
}

// 11 levels tell the sums of the larger layer apart; with Δ = 1 in both, each reads its own
// exactly.
TEST(Candidates, TheExactOneIsExactInEveryLayer) {
  std::vector<SearchLayer> layers = {{"conv1", {-3, 3}}, {"conv2", {-5, 5}}};
  AdcSpec adc = levels(11);
  const auto candidates = candidates_of(layers, adc, {}, 5);
  EXPECT_EQ(deltas(candidates), (std::vector<Rational>{5, Rational(11, 2)}));
  EXPECT_EQ(candidates[1].layers.at("conv1").spec.delta, Rational(11, 2));
  EXPECT_EQ(candidates[1].layers.at("conv2").spec.delta, Rational(11, 2));
  // By outer levels the smaller layer's is 5 too, as the larger one's.
  adc.step_rule = StepRule::kOuterLevels;
  const auto outer = candidates_of(layers, adc, {}, 5);
  ASSERT_EQ(outer.size(), 1);
  EXPECT_EQ(outer[0].layers.at("conv1").spec.delta, Rational(5));
  layers.push_back({"conv3", {-9, 9}});
  EXPECT_EQ(deltas(candidates_of(layers, adc, {}, 9)), (std::vector<Rational>{9}));
}

TEST(Candidates, SmallerLayersTakeTheirOwnLargestSum) {
  const std::vector<SearchLayer> layers = {{"conv1", {-3, 3}}, {"conv2", {-5, 5}}};
  const auto candidates = candidates_of(layers, levels(3), {}, 1);
  ASSERT_EQ(candidates.size(), 5);
  EXPECT_EQ(candidates[1].layers.at("conv1").spec.delta, Rational(2));
  EXPECT_EQ(candidates[4].layers.at("conv1").spec.delta, Rational(3));
  EXPECT_EQ(candidates[4].layers.at("conv2").spec.delta, Rational(5));
}

TEST(Candidates, CarryEveryChoiceAndTheSumsOfTheirLayer) {
  AdcSpec adc = levels(6);
  adc.quantizer = quantizers::kZeroRise;
  const std::vector<SearchLayer> layers = {{"conv1", {-4, 3}}, {"conv2", {-2, 3}}};
  const auto candidates = candidates_of(layers, adc, {{"conv2", Rational(1, 2)}}, 1);
  const PlannedAdc& first = candidates[0].layers.at("conv1");
  EXPECT_EQ(first.spec.quantizer, quantizers::kZeroRise);
  EXPECT_EQ(first.spec.levels, 6);
  EXPECT_EQ(first.sums.minimum, -4);
  EXPECT_EQ(first.sums.maximum, 3);
  EXPECT_EQ(first.spec.centre, Rational(0));
  EXPECT_EQ(candidates[0].layers.at("conv2").spec.centre, Rational(1, 2));
}

TEST(Candidates, HaveTheQuantizerOfEachLayer) {
  const std::vector<SearchLayer> layers = {{"conv1", {-4, 4}}, {"conv2", {-4, 4}}};
  AdcSpec rise = levels(4);
  rise.quantizer = quantizers::kZeroRise;
  const auto candidates = make_candidates(layers, {{"conv1", levels(3)}, {"conv2", rise}}, {}, 1);
  ASSERT_EQ(candidates.size(), 4U);
  // Δ = 2δ/3 with thresholds at ±Δ/2, and Δ = δ/2 with thresholds at −Δ, 0 and Δ; δ = 4.
  EXPECT_EQ(make_code_table(candidates[3].layers.at("conv1").spec, {-4, 4}).thresholds,
            (std::vector<std::int64_t>{-1, 2}));
  EXPECT_EQ(make_code_table(candidates[3].layers.at("conv2").spec, {-4, 4}).thresholds,
            (std::vector<std::int64_t>{-2, 0, 2}));
}

TEST(Candidates, ShiftTheRangesOfStreamsAsFarAsStepsStayAtOne) {
  const std::vector<SearchLayer> layers = {{"conv1", {-8, 8}}, {"conv2", {-8, 8}}};
  const auto candidates = candidates_of(layers, levels(3), {}, 1, {{"conv2", {0, 0, 1, 2}}});
  const auto shifts = [&](std::size_t i) { return candidates[i].layers.at("conv2").spec; };
  // Δ = 2δ/3: below 2 up to δ = 2, below 4 up to δ = 5.
  EXPECT_EQ(shifts(1).stream_shifts, (std::vector<int>{}));
  EXPECT_EQ(shifts(2).stream_shifts, (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(shifts(5).stream_shifts, (std::vector<int>{0, 0, 1, 2}));
  EXPECT_TRUE(candidates[5].layers.at("conv1").spec.stream_shifts.empty());
}

TEST(Candidates, OfEqualThresholdsShareACodeMap) {
  // Zero-tread, L = 2: the threshold is ⌈δ/3⌉ = 1 1 1 2 2 2 3 for δ = 1 … 7.
  const std::vector<SearchLayer> layers = {{"conv1", {-7, 7}}};
  std::vector<std::int64_t> maps;
  for (const Candidate& candidate : candidates_of(layers, levels(2), {}, 1))
    maps.push_back(candidate.code_map);
  EXPECT_EQ(maps, (std::vector<std::int64_t>{1, 1, 1, 2, 2, 2, 3}));
}

TEST(Candidates, For128RowsHaveThePublishedNumberOfCodeMaps) {
  // L = 2: ⌈128/3⌉ = 43 distinct ⌈δ/3⌉. The other counts are those of the method's section 5.
  const std::vector<SearchLayer> layers = {{"conv1", {-128, 128}}};
  const std::map<std::int64_t, std::int64_t> expected = {
      {2, 43}, {3, 85}, {4, 102}, {5, 102}, {16, 120}};
  for (const auto& [count, maps] : expected)
    EXPECT_EQ(candidates_of(layers, levels(count), {}, 1).back().code_map, maps) << count;
}

TEST(Candidates, StepLargerThanTheLargestSumIsRefused) {
  const std::vector<SearchLayer> layers = {{"conv1", {-9, 9}}};
  expect_error(ErrorKind::kUsage, "layer conv1: delta step 10 exceeds 9",
               [&] { candidates_of(layers, levels(3), {}, 10); });
}

TEST(MeanCentre, IsTheNearestHalf) {
  const auto centre = [](std::int64_t sum, std::int64_t total) {
    HistogramStatistics sums;
    sums.sum = sum;
    sums.total = total;
    return mean_centre(sums);
  };
  EXPECT_EQ(centre(24, 100), Rational(0));        // 0.24
  EXPECT_EQ(centre(25, 100), Rational(1, 2));     // 0.25 lies in the middle: up
  EXPECT_EQ(centre(74, 100), Rational(1, 2));     // 0.74
  EXPECT_EQ(centre(-25, 100), Rational(0));       // −0.25 lies in the middle: up
  EXPECT_EQ(centre(-26, 100), Rational(-1, 2));   // −0.26
  EXPECT_EQ(centre(-130, 100), Rational(-3, 2));  // −1.3
  EXPECT_EQ(centre(0, 0), Rational(0));           // nothing was summed
}

}  // namespace
}  // namespace bitline
