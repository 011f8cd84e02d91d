#include "bitline/search/squared_error.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <vector>

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

/// (5m) by its definition, from the table that the kernels use.
Rational output_error(const AdcSpec& spec, const std::vector<WeightedSums>& parts,
                      std::int64_t tiles) {
  Rational variance = 0, bias = 0;
  for (const WeightedSums& part : parts) {
    const CodeTable table = make_code_table(spec, part.sums.minimum(), part.sums.maximum());
    Rational mean = 0, square = 0, count = 0;
    for (std::int64_t p = part.sums.minimum(); p <= part.sums.maximum(); ++p) {
      const Rational e = Rational(table.value(p)) * table.unit - Rational(p);
      mean = mean + Rational(part.sums.count(p)) * e;
      square = square + Rational(part.sums.count(p)) * e * e;
      count = count + Rational(part.sums.count(p));
    }
    mean = mean / count;
    const Rational weight = part.weight;
    variance = variance + Rational(tiles) * weight * weight * (square / count - mean * mean);
    bias = bias + Rational(tiles) * weight * mean;
  }
  return variance + bias * bias;
}

TEST(OutputError, DeltaIsThatOfBruteForce) {
  EXPECT_TRUE(rc::check([] {
    std::vector<WeightedSums> parts;
    for (const std::int64_t weight : {1, -2, 4}) {
      Histogram sums(-6, 6);
      for (int i = 0; i < 5; ++i) sums.add(*rc::gen::inRange<std::int64_t>(-6, 7));
      parts.push_back({weight, sums});
    }
    AdcSpec spec;
    spec.quantizer = *rc::gen::element(Quantizer::kZeroTread, Quantizer::kZeroRise);
    spec.levels = *rc::gen::inRange<std::int64_t>(2, 6);
    const std::int64_t tiles = *rc::gen::inRange<std::int64_t>(1, 4);
    spec.delta = delta_of_least_output_error(spec, parts, tiles, 1);
    const Rational least = output_error(spec, parts, tiles);
    for (AdcSpec other = spec; const std::int64_t delta : {1, 2, 3, 4, 5, 6}) {
      other.delta = delta;
      const Rational error = output_error(other, parts, tiles);
      RC_ASSERT(error > least || (error == least && other.delta <= spec.delta));
    }
  }));
}

// Zero-rise reads 0 as half a step: a bias in every conversion, which 16 of them add up while
// their variance is 0.
TEST(OutputError, BiasesOfAllConversionsAddUp) {
  Histogram sums(-8, 8);
  sums.add(0, 5);
  AdcSpec spec;
  spec.quantizer = Quantizer::kZeroRise;
  spec.levels = 2;
  spec.delta = 4;
  const std::vector<WeightedSums> parts{{1, sums}, {2, sums}};
  EXPECT_EQ(output_error(spec, parts, 1), Rational(9) * spec.delta * spec.delta / Rational(4));
  EXPECT_EQ(delta_of_least_output_error(spec, parts, 1, 1), Rational(1));
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
