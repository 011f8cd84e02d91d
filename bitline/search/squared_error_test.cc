#include "bitline/search/squared_error.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>

#include "bitline/adc/adc_spec.h"
#include "bitline/search/test_histogram.h"

namespace bitline {
namespace {

/// The definition: every δ, the larger one of equals.
Rational brute_force(AdcSpec spec, const Histogram& sums, const Rational& delta_step) {
  const Rational limit = std::max(-sums.minimum(), sums.maximum());
  std::optional<Rational> best;
  Rational least = 0;
  for (Rational delta = delta_step; delta <= limit; delta = delta + delta_step) {
    spec.delta = delta;
    const Rational error = error_of(spec, sums);
    if (best && error > least) continue;
    best = delta;
    least = error;
  }
  return *best;
}

TEST(SquaredError, DeltaIsThatOfBruteForce) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t minimum = *rc::gen::inRange<std::int64_t>(-12, 1);
    Histogram sums(minimum, *rc::gen::inRange<std::int64_t>(1, 13));
    for (std::int64_t& count : sums.counts()) count = *rc::gen::inRange<std::int64_t>(0, 5);
    AdcSpec spec;
    spec.quantizer = *rc::gen::element(Quantizer::kZeroTread, Quantizer::kZeroRise);
    spec.levels = *rc::gen::inRange<std::int64_t>(2, 9);
    spec.tie_rule = *rc::gen::element(TieRule::kUp, TieRule::kAway);
    spec.sides = *rc::gen::element(Sides::kAutomatic, Sides::kBoth);
    spec.centre = Rational(*rc::gen::inRange<std::int64_t>(2 * minimum, 2), 2);
    const Rational step = *rc::gen::element(Rational(1), Rational(1, 2));
    RC_ASSERT(delta_of_least_error(spec, sums, step) == brute_force(spec, sums, step));
  }));
}

// Three levels at −2δ/3, 0 and 2δ/3 meet sums of −4, 0 and 4 exactly for δ = 6.
TEST(SquaredError, FindsTheLevelsThatMeetTheSums) {
  Histogram sums(-9, 9);
  sums.add(-4, 3);
  sums.add(0, 10);
  sums.add(4, 2);
  AdcSpec spec;
  spec.levels = 3;
  EXPECT_EQ(delta_of_least_error(spec, sums, 1), Rational(6));
}

TEST(SquaredError, LargerDeltaWinsATie) {
  Histogram sums(-5, 5);
  sums.add(0, 7);  // every zero-tread quantizer reads 0 as 0
  AdcSpec spec;
  spec.levels = 3;
  EXPECT_EQ(delta_of_least_error(spec, sums, 1), Rational(5));
}

}  // namespace
}  // namespace bitline
