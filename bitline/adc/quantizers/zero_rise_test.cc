#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/adc/adc_spec.h"
#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;
using test::Integers;
using test::Rationals;
using test::spec_of;
using test::value_at;
using test::values_of;

AdcSpec rise(std::int64_t levels, Rational delta, TieRule tie_rule = TieRule::kUp) {
  AdcSpec spec = spec_of(quantizers::kZeroRise, levels, delta);
  spec.tie_rule = tie_rule;
  return spec;
}

Integers thresholds(const AdcSpec& spec) { return make_code_table(spec, {-128, 128}).thresholds; }
Rationals values(const AdcSpec& spec) { return values_of(make_code_table(spec, {-128, 128})); }

TEST(ZeroRise, HasTheThresholdsOfTheMethodAtDeltaSeven) {
  EXPECT_EQ(thresholds(rise(2, 7)), (Integers{0}));
  EXPECT_EQ(thresholds(rise(4, 7)), (Integers{-3, 0, 4}));
  EXPECT_EQ(step_of(rise(2, 7), {-128, 128}), Rational(7));
  EXPECT_EQ(step_of(rise(4, 7), {-128, 128}), Rational(7, 2));
  EXPECT_EQ(values(rise(2, 7)), (Rationals{Rational(-7, 2), Rational(7, 2)}));
  EXPECT_EQ(values(rise(4, 7)),
            (Rationals{Rational(-21, 4), Rational(-7, 4), Rational(7, 4), Rational(21, 4)}));
}

TEST(ZeroRise, ValuesAreOddMultiplesOfHalfAStep) {
  const CodeTable table = make_code_table(rise(4, 7), {-128, 128});
  EXPECT_EQ(table.unit, Rational(7, 4));
  EXPECT_EQ(table.values, (std::vector<std::int32_t>{-3, -1, 1, 3}));
}

TEST(ZeroRise, OddLevelsGiveUpTheLowest) {
  // L = 3, δ = 8: L' = 4, Δ = 4, k = −1 … 1.
  EXPECT_EQ(thresholds(rise(3, 8)), (Integers{0, 4}));
  EXPECT_EQ(values(rise(3, 8)), (Rationals{-2, 2, 6}));
  // L = 5, δ = 12: L' = 6, Δ = 4, k = −2 … 2.
  EXPECT_EQ(thresholds(rise(5, 12)), (Integers{-4, 0, 4, 8}));
  EXPECT_EQ(values(rise(5, 12)), (Rationals{-6, -2, 2, 6, 10}));
}

TEST(ZeroRise, TiesGoUpOrAwayFromZero) {
  // δ = 8, L = 4: borders at −4, 0 and 4. Zero itself has no side and goes up.
  EXPECT_EQ(thresholds(rise(4, 8)), (Integers{-4, 0, 4}));
  EXPECT_EQ(thresholds(rise(4, 8, TieRule::kAway)), (Integers{-3, 0, 4}));
  EXPECT_EQ(thresholds(rise(5, 12, TieRule::kAway)), (Integers{-3, 0, 4, 8}));
}

TEST(ZeroRise, CentreShiftsBordersAndValues) {
  // x = 3/2, Δ = 4: borders −5/2, 3/2, 11/2; values −9/2, −1/2, 7/2, 15/2.
  AdcSpec spec = rise(4, 8);
  spec.centre = Rational(3, 2);
  EXPECT_EQ(thresholds(spec), (Integers{-2, 2, 6}));
  EXPECT_EQ(values(spec),
            (Rationals{Rational(-9, 2), Rational(-1, 2), Rational(7, 2), Rational(15, 2)}));
}

TEST(ZeroRise, OneSidedCutsTheUpperHalfIntoAllLevels) {
  // Sums from 0: δ/L = 2, borders 2, 4, 6.
  const CodeTable table = make_code_table(rise(4, 8), {0, 128});
  EXPECT_EQ(table.thresholds, (Integers{2, 4, 6}));
  EXPECT_EQ(values_of(table), (Rationals{1, 3, 5, 7}));
}

TEST(ZeroRise, SilentInputsLeaveHalfAStepOfEveryStream) {
  // docs/arithmetic.md (6): L = 4, δ = 8, one plane with c = 1, four streams g = 1, 2, 4, 8, A = 0.
  const CodeTable table = make_code_table(rise(4, 8), {-128, 128});
  Rational y = 0;
  for (const std::int64_t g : {1, 2, 4, 8}) y = y + Rational(g) * value_at(table, 0);
  EXPECT_EQ(y, Rational(30));
}

TEST(ZeroRise, RefusesAStepRuleOfZeroTread) {
  AdcSpec spec = rise(4, 7);
  spec.step_rule = StepRule::kCodes;
  expect_error(ErrorKind::kUsage, "step rule codes is of no use to zero-rise",
               [&] { thresholds(spec); });
}

TEST(ZeroRise, RefusesADeltaBeyondTheSums) {
  expect_error(ErrorKind::kUsage, "delta 129 exceeds 128", [] { thresholds(rise(4, 129)); });
}

TEST(ZeroRise, EqualsItsFormulaForEverySum) {
  const bool holds = rc::check([] {
    const auto levels = *rc::gen::inRange<std::int64_t>(2, 40);
    const auto parts = *rc::gen::inRange<std::int64_t>(1, 6);
    const auto bound = *rc::gen::inRange<std::int64_t>(parts, 60 * parts + 1);  // δ = bound/parts
    const auto twice_centre = *rc::gen::inRange<std::int64_t>(-40, 41);
    AdcSpec spec = rise(levels, Rational(bound, parts));
    spec.centre = Rational(twice_centre, 2);
    spec.sides = Sides::kBoth;
    const CodeTable table = make_code_table(spec, {-60, 60});
    RC_ASSERT(table.levels() == levels);
    const std::int64_t even = levels + levels % 2;  // L'
    const std::int64_t lowest = -even / 2 + levels % 2;
    for (std::int64_t p = -60; p <= 60; ++p) {
      // (p − x)/Δ = (2p − 2x) · parts · L' / (4 · bound), rounded down by trial.
      const std::int64_t numerator = (2 * p - twice_centre) * parts * even;
      std::int64_t k = numerator / (4 * bound);
      while (k * 4 * bound > numerator) --k;
      k = std::clamp(k, lowest, even / 2 - 1);
      RC_ASSERT(table.code(p) == k - lowest);
      RC_ASSERT(value_at(table, p) ==
                Rational(twice_centre, 2) + Rational((2 * k + 1) * bound, parts * even));
    }
  });
  ASSERT_TRUE(holds);
}

// Odd sums lie beside 0, as its levels do: 2δ/4 = 2 puts them on -3, -1, 1, 3.
TEST(ZeroRise, IsExactForOddSumsWithALevelForEach) {
  EXPECT_EQ(exact_delta(rise(4, 1), {-3, 3, 2}), Rational(4));
  EXPECT_EQ(values_of(make_code_table(rise(4, 4), {-3, 3, 2})), (Rationals{-3, -1, 1, 3}));
  EXPECT_EQ(exact_delta(rise(10, 1), {-4, 4}), std::nullopt);
}

}  // namespace
}  // namespace bitline
