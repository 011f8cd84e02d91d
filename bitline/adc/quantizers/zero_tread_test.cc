#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bitline/adc/adc_spec.h"
#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::arbitrary_uniform_spec;
using test::expect_error;
using test::Integers;
using test::Rationals;
using test::spec_of;
using test::value_at;
using test::values_of;

AdcSpec tread(std::int64_t levels, Rational delta, TieRule tie_rule = TieRule::kUp) {
  AdcSpec spec = spec_of(quantizers::kZeroTread, levels, delta);
  spec.tie_rule = tie_rule;
  return spec;
}

Integers thresholds(const AdcSpec& spec) { return make_code_table(spec, {-128, 128}).thresholds; }
Rationals values(const AdcSpec& spec) { return values_of(make_code_table(spec, {-128, 128})); }
Rational step(const AdcSpec& spec) { return step_of(spec, {-128, 128}); }

/// Round down by trial rather than by the library's floor_div.
std::int64_t rounded_down(std::int64_t numerator, std::int64_t denominator) {
  std::int64_t quotient = numerator / denominator;
  while (quotient * denominator > numerator) --quotient;
  return quotient;
}

TEST(ZeroTread, HasTheThresholdsOfTheMethodAtDeltaSeven) {
  EXPECT_EQ(thresholds(tread(2, 7)), (Integers{3}));
  EXPECT_EQ(thresholds(tread(3, 7)), (Integers{-2, 3}));
  EXPECT_EQ(thresholds(tread(4, 7)), (Integers{-1, 2, 5}));
  EXPECT_EQ(thresholds(tread(5, 7)), (Integers{-4, -1, 2, 5}));
  EXPECT_EQ(step(tread(2, 7)), Rational(14, 3));
  EXPECT_EQ(step(tread(3, 7)), Rational(14, 3));
  EXPECT_EQ(step(tread(4, 7)), Rational(14, 5));
  EXPECT_EQ(step(tread(5, 7)), Rational(14, 5));
}

TEST(ZeroTread, EvenLevelsGiveUpTheLowest) {
  const Rational d3(14, 3), d5(14, 5);
  EXPECT_EQ(values(tread(2, 7)), (Rationals{0, d3}));
  EXPECT_EQ(values(tread(3, 7)), (Rationals{-d3, 0, d3}));
  EXPECT_EQ(values(tread(4, 7)), (Rationals{-d5, 0, d5, Rational(28, 5)}));
  EXPECT_EQ(values(tread(5, 7)), (Rationals{Rational(-28, 5), -d5, 0, d5, Rational(28, 5)}));
}

TEST(ZeroTread, TiesGoUpOrAwayFromZero) {
  // δ = 6, L' = 3: Δ = 4, borders at −2 and 2.
  EXPECT_EQ(thresholds(tread(3, 6)), (Integers{-2, 2}));
  EXPECT_EQ(thresholds(tread(3, 6, TieRule::kAway)), (Integers{-1, 2}));
  // One border, above zero: both rules agree.
  EXPECT_EQ(thresholds(tread(2, 6)), (Integers{2}));
  EXPECT_EQ(thresholds(tread(2, 6, TieRule::kAway)), (Integers{2}));
  // δ = 10, L' = 5: Δ = 4, borders at −6 (L = 5 only), −2, 2 and 6.
  EXPECT_EQ(thresholds(tread(5, 10)), (Integers{-6, -2, 2, 6}));
  EXPECT_EQ(thresholds(tread(5, 10, TieRule::kAway)), (Integers{-5, -1, 2, 6}));
  EXPECT_EQ(thresholds(tread(4, 10)), (Integers{-2, 2, 6}));
  EXPECT_EQ(thresholds(tread(4, 10, TieRule::kAway)), (Integers{-1, 2, 6}));
}

TEST(ZeroTread, AwayPointsAwayFromTheCentreRatherThanFromZero) {
  // x = −5, Δ = 4: borders at −7 and −3, and −3 lies below zero but above the centre.
  AdcSpec spec = tread(3, 6, TieRule::kAway);
  spec.centre = -5;
  EXPECT_EQ(thresholds(spec), (Integers{-6, -3}));
  spec.tie_rule = TieRule::kUp;
  EXPECT_EQ(thresholds(spec), (Integers{-7, -3}));
}

TEST(ZeroTread, CentreShiftsBordersAndValues) {
  // x = −3/2, Δ = 4: borders at −7/2 and 1/2, values −11/2, −3/2, 5/2 in halves.
  AdcSpec spec = tread(3, 6);
  spec.centre = Rational(-3, 2);
  const CodeTable table = make_code_table(spec, {-128, 128});
  EXPECT_EQ(table.thresholds, (Integers{-3, 1}));
  EXPECT_EQ(table.values, (std::vector<std::int32_t>{-11, -3, 5}));
  EXPECT_EQ(table.unit, Rational(1, 2));
}

TEST(ZeroTread, StepRulesAreNamed) {
  AdcSpec spec = tread(4, 7);
  // 2δ/(L' − 1) = 7/2: borders −7/4, 7/4, 21/4.
  spec.step_rule = StepRule::kOuterLevels;
  EXPECT_EQ(step(spec), Rational(7, 2));
  EXPECT_EQ(thresholds(spec), (Integers{-1, 2, 6}));
  // 2δ/(L − 1) = 14/3: borders −7/3, 7/3 and a tie at 7.
  spec.step_rule = StepRule::kCodes;
  EXPECT_EQ(step(spec), Rational(14, 3));
  EXPECT_EQ(thresholds(spec), (Integers{-2, 3, 7}));
  // Odd L: L' = L, so that both give 7/2 and the outermost levels lie at ±δ.
  spec.levels = 5;
  EXPECT_EQ(thresholds(spec), (Integers{-5, -1, 2, 6}));
  EXPECT_EQ(values(spec).front(), Rational(-7));
  spec.step_rule = StepRule::kOuterLevels;
  EXPECT_EQ(thresholds(spec), (Integers{-5, -1, 2, 6}));
}

TEST(ZeroTread, OneSidedSpendsEveryLevelAtOrAboveTheCentre) {
  AdcSpec spec = tread(4, 7);
  spec.sides = Sides::kOneSided;
  // 2δ/(2L − 1) = 2: borders 1, 3, 5, all of them ties.
  EXPECT_EQ(step(spec), Rational(2));
  EXPECT_EQ(thresholds(spec), (Integers{1, 3, 5}));
  EXPECT_EQ(values(spec), (Rationals{0, 2, 4, 6}));
  spec.tie_rule = TieRule::kAway;
  EXPECT_EQ(thresholds(spec), (Integers{1, 3, 5}));
  // δ/(L − 1) = 7/3: borders 7/6, 7/2, 35/6, and the last level at δ.
  for (const StepRule rule : {StepRule::kOuterLevels, StepRule::kCodes}) {
    spec.step_rule = rule;
    EXPECT_EQ(thresholds(spec), (Integers{2, 4, 6}));
    EXPECT_EQ(values(spec), (Rationals{0, Rational(7, 3), Rational(14, 3), 7}));
  }
}

TEST(ZeroTread, IsOneSidedByItselfWhereNoSumLiesBelowTheCentre) {
  AdcSpec spec = tread(4, 7);
  EXPECT_EQ(make_code_table(spec, {0, 128}).thresholds, (Integers{1, 3, 5}));
  EXPECT_EQ(make_code_table(spec, {-1, 128}).thresholds, (Integers{-1, 2, 5}));
  spec.sides = Sides::kBoth;
  EXPECT_EQ(make_code_table(spec, {0, 128}).thresholds, (Integers{-1, 2, 5}));
  // A centre at the mean has sums of 0/1 cells on both sides: borders 20 + {−7/5, 7/5, 21/5}.
  spec.sides = Sides::kAutomatic;
  spec.centre = 20;
  EXPECT_EQ(make_code_table(spec, {0, 128}).thresholds, (Integers{19, 22, 25}));
}

TEST(ZeroTread, CodesBetweenEqualThresholdsAreNeverReached) {
  // δ = 1, L = 5: Δ = 2/5, borders ±1/5 and ±3/5.
  const CodeTable table = make_code_table(tread(5, 1), {-128, 128});
  EXPECT_EQ(table.thresholds, (Integers{0, 0, 1, 1}));
  EXPECT_EQ(table.code(-1), 0);
  EXPECT_EQ(table.code(0), 2);
  EXPECT_EQ(table.code(1), 4);
  EXPECT_EQ(value_at(table, 0), Rational(0));
}

// Of N = 128: 2δ/257 = 1, 2δ/129 = 2 for even sums, 2δ/257 = 1 on one side, 2δ/256 = 1.
TEST(ZeroTread, IsExactWhereALevelForEverySumLiesOnIt) {
  const SumRange all{-128, 128}, even{-128, 128, 2}, one_sided{0, 128};
  EXPECT_EQ(exact_delta(tread(257, 1), all), Rational(257, 2));
  EXPECT_EQ(exact_delta(tread(258, 1), all), Rational(259, 2));  // L' = 259
  EXPECT_EQ(exact_delta(tread(256, 1), all), std::nullopt);
  EXPECT_EQ(exact_delta(tread(129, 1), even), Rational(129));
  EXPECT_EQ(exact_delta(tread(129, 1), one_sided), Rational(257, 2));
  AdcSpec outer = tread(257, 1);
  outer.step_rule = StepRule::kOuterLevels;
  EXPECT_EQ(exact_delta(outer, all), Rational(128));
  // No level of a quantizer around 0 is odd under a step of 2.
  EXPECT_EQ(exact_delta(tread(128, 1), {-127, 127, 2}), std::nullopt);
  const CodeTable table = make_code_table(tread(257, Rational(257, 2)), all);
  EXPECT_EQ(table.thresholds, lossless_table(all).thresholds);
  EXPECT_EQ(values_of(table), values_of(lossless_table(all)));
}

TEST(ZeroTread, RefusesADeltaBeyondTheExactOne) {
  expect_error(ErrorKind::kUsage,
               "delta 129 exceeds 257/2, at which every sum has a level; choose 1/2 to 257/2", [] {
                 make_code_table(tread(257, 129), {-128, 128});
               });
}

TEST(ZeroTread, KeepsTheTwoEndsOfTheSumsApart) {
  for (const std::int64_t levels : {2, 3, 16, 255, 256, 257}) {
    const CodeTable table = make_code_table(tread(levels, 128), {-128, 128});
    EXPECT_EQ(table.code(-128), 0) << levels;
    EXPECT_EQ(table.code(128), levels - 1) << levels;
    EXPECT_EQ(table.dense().size(), 257u);
    EXPECT_EQ(table.dense().back(), table.values.back());
  }
}

TEST(ZeroTread, ReachesTheLargestSumsOfMultiBitCells) {
  // 128 rows · 15 · 15 = 28,800: Δ = 19,200, borders at ±9,600.
  const CodeTable table = make_code_table(tread(3, 28800), {-28800, 28800});
  EXPECT_EQ(table.thresholds, (Integers{-9600, 9600}));
  EXPECT_EQ(value_at(table, -28800), Rational(-19200));
  EXPECT_EQ(value_at(table, -9600), Rational(0));
  EXPECT_EQ(value_at(table, 28800), Rational(19200));
}

TEST(ZeroTread, RefusesRangesThatTheSumsCannotUse) {
  const auto make = [](const AdcSpec& spec) { make_code_table(spec, {-100, 128}); };
  expect_error(ErrorKind::kUsage,
               "delta 200 exceeds 128, the largest possible |partial sum|; choose 1/2 to 128",
               [&] { make(tread(4, 200)); });
  expect_error(ErrorKind::kUsage, "delta 1/3 is below 1/2",
               [&] { make(tread(4, Rational(1, 3))); });
  expect_error(ErrorKind::kUsage, "delta -7 is below 1/2", [&] { make(tread(4, -7)); });
  expect_error(ErrorKind::kUsage, "levels 1 is below 2", [&] { make(tread(1, 7)); });
  expect_error(ErrorKind::kUsage, "levels -3 is below 2", [&] { step(tread(-3, 7)); });
  expect_error(ErrorKind::kUsage, "levels 1048577 exceeds 1048576",
               [&] { make(tread(kMaximumLevels + 1, 7)); });
  AdcSpec aside = tread(4, 7);
  aside.centre = -101;
  expect_error(ErrorKind::kUsage, "centre -101 lies outside the possible sums; choose -100 to 128",
               [&] { make(aside); });
  EXPECT_NO_THROW(make(tread(4, 128)));
  EXPECT_NO_THROW(make(tread(4, Rational(1, 2))));
}

TEST(ZeroTread, HasAsManyDistinctCodeMapsAsTheMethodCounts) {
  const auto count = [](std::int64_t levels) {
    std::set<Integers> maps;
    for (std::int64_t delta = 1; delta <= 128; ++delta) {
      const CodeTable table = make_code_table(tread(levels, delta), {-128, 128});
      Integers codes;
      for (std::int64_t p = -128; p <= 128; ++p) codes.push_back(table.code(p));
      maps.insert(codes);
    }
    return maps.size();
  };
  EXPECT_EQ(count(2), 43u);
  EXPECT_EQ(count(3), 85u);
  EXPECT_EQ(count(4), 102u);
  EXPECT_EQ(count(5), 102u);
  EXPECT_EQ(count(16), 120u);
}

TEST(ZeroTread, EqualsItsFormulaForEverySum) {
  const bool holds = rc::check([] {
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 40);
    const auto parts = *rc::gen::inRange<std::int64_t>(1, 6);
    const auto bound = *rc::gen::inRange<std::int64_t>(parts, 60 * parts + 1);  // δ = bound/parts
    const auto twice_centre = *rc::gen::inRange<std::int64_t>(-40, 41);
    AdcSpec spec = tread(levels, Rational(bound, parts));
    spec.centre = Rational(twice_centre, 2);
    spec.sides = Sides::kBoth;
    const CodeTable table = make_code_table(spec, {-60, 60});
    RC_ASSERT(table.levels() == levels);
    const std::int64_t odd = levels % 2 == 0 ? levels + 1 : levels;  // L'
    const std::int64_t lowest = -(odd - 1) / 2 + (levels % 2 == 0 ? 1 : 0);
    for (std::int64_t p = -60; p <= 60; ++p) {
      // (p − x)/Δ + ½ = ((2p − 2x) · parts · L' + 2 · bound) / (4 · bound)
      const std::int64_t k =
          std::clamp(rounded_down((2 * p - twice_centre) * parts * odd + 2 * bound, 4 * bound),
                     lowest, (odd - 1) / 2);
      RC_ASSERT(table.code(p) == k - lowest);
      RC_ASSERT(value_at(table, p) ==
                Rational(twice_centre, 2) + Rational(2 * k * bound, parts * odd));
    }
  });
  ASSERT_TRUE(holds);
}

TEST(ZeroTread, AwayIsSymmetricForOddLevels) {
  const bool holds = rc::check([] {
    AdcSpec spec = arbitrary_uniform_spec(-60, 60);
    spec.quantizer = quantizers::kZeroTread;
    spec.levels += 1 - spec.levels % 2;
    spec.centre = 0;
    spec.sides = Sides::kBoth;
    spec.tie_rule = TieRule::kAway;
    const CodeTable table = make_code_table(spec, {-60, 60});
    for (std::int64_t p = 0; p <= 60; ++p) {
      RC_ASSERT(table.value(-p) == -table.value(p));
      RC_ASSERT(table.code(-p) == table.levels() - 1 - table.code(p));
    }
  });
  ASSERT_TRUE(holds);
}

}  // namespace
}  // namespace bitline
