#include "bitline/search/squared_error.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/testing/histograms.h"

namespace bitline {
namespace {

using test::error_of;

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
    spec.quantizer =
        *rc::gen::element(Quantizer(quantizers::kZeroTread), Quantizer(quantizers::kZeroRise));
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

/// (5m) by its definition, from the table that the kernels use; times the output channels. `signs`:
/// s by output channel, plane and conversion.
using Signs = std::vector<std::vector<std::vector<int>>>;

Rational output_error(const AdcSpec& spec, const OutputSums& output, const Signs& signs) {
  Rational error = 0;
  for (const std::vector<std::vector<int>>& of_channel : signs) {
    Rational bias = 0;
    for (const WeightedSums& part : output.parts) {
      const CodeTable table = make_code_table(spec, {part.sums.minimum(), part.sums.maximum()});
      Rational mean = 0, square = 0, count = 0;
      for (std::int64_t p = part.sums.minimum(); p <= part.sums.maximum(); ++p) {
        const Rational e = Rational(table.value(p)) * table.unit - Rational(p);
        mean = mean + Rational(part.sums.count(p)) * e;
        square = square + Rational(part.sums.count(p)) * e * e;
        count = count + Rational(part.sums.count(p));
      }
      mean = mean / count;
      const Rational weight = part.weight;
      for (const int sign : of_channel[part.plane]) {
        error = error + weight * weight * (square / count - mean * mean);
        bias = bias + Rational(sign) * weight * mean;
      }
    }
    error = error + bias * bias;
  }
  return error;
}

/// What OutputSums says of these signs.
OutputSums outputs_of(std::vector<WeightedSums> parts, const Signs& signs) {
  const std::size_t planes = signs.front().size();
  OutputSums output{std::move(parts), std::ssize(signs.front().front()), std::ssize(signs),
                    std::vector(planes, std::vector<std::int64_t>(planes))};
  const auto sum = [](const std::vector<int>& of_plane) {
    return std::accumulate(of_plane.begin(), of_plane.end(), std::int64_t{0});
  };
  for (const auto& of_channel : signs)
    for (std::size_t i = 0; i < planes; ++i)
      for (std::size_t k = 0; k < planes; ++k)
        output.sign_products[i][k] += sum(of_channel[i]) * sum(of_channel[k]);
  return output;
}

TEST(OutputError, DeltaIsThatOfBruteForce) {
  EXPECT_TRUE(rc::check([] {
    std::vector<WeightedSums> parts;
    for (const std::int64_t weight : {1, -2, 4}) {
      Histogram sums(-6, 6);
      for (int i = 0; i < 5; ++i) sums.add(*rc::gen::inRange<std::int64_t>(-6, 7));
      parts.push_back({weight, sums, parts.size() % 2});
    }
    const std::size_t tiles = *rc::gen::inRange<std::size_t>(1, 4);
    Signs signs(2, std::vector(2, std::vector<int>(tiles)));
    for (auto& of_channel : signs)
      for (auto& of_plane : of_channel)
        for (int& sign : of_plane) sign = *rc::gen::element(1, -1);
    AdcSpec spec;
    spec.quantizer =
        *rc::gen::element(Quantizer(quantizers::kZeroTread), Quantizer(quantizers::kZeroRise));
    spec.levels = *rc::gen::inRange<std::int64_t>(2, 6);
    const OutputSums output = outputs_of(parts, signs);
    spec.delta = delta_of_least_output_error(spec, output, 1);
    const Rational least = output_error(spec, output, signs);
    for (AdcSpec other = spec; const std::int64_t delta : {1, 2, 3, 4, 5, 6}) {
      other.delta = delta;
      const Rational error = output_error(other, output, signs);
      RC_ASSERT(error > least || (error == least && other.delta <= spec.delta));
    }
  }));
}

/// Nothing but 0, which zero-rise reads as half a step: bias, and no variance.
std::vector<WeightedSums> zeros() {
  Histogram sums(-8, 8);
  sums.add(0, 5);
  return {{1, sums}, {2, sums}};
}

AdcSpec zero_rise() {
  AdcSpec spec;
  spec.quantizer = quantizers::kZeroRise;
  spec.levels = 2;
  spec.delta = 4;
  return spec;
}

// 16 of them add up.
TEST(OutputError, BiasesOfAllConversionsAddUp) {
  const Signs signs = {{{1}}};
  const OutputSums output = outputs_of(zeros(), signs);
  EXPECT_EQ(output_error(zero_rise(), output, signs), Rational(36));
  EXPECT_EQ(delta_of_least_output_error(zero_rise(), output, 1), Rational(1));
}

// The bias of half of the tiles is taken away again: no δ is worse than another.
TEST(OutputError, BiasesOfFlippedColumnsCancel) {
  const Signs signs = {{{1, -1}}};
  const OutputSums output = outputs_of(zeros(), signs);
  EXPECT_EQ(output_error(zero_rise(), output, signs), Rational(0));
  EXPECT_EQ(delta_of_least_output_error(zero_rise(), output, 1), Rational(8));
}

/// The δ, in steps of 50, of sums from `minimum` of which each was seen `times` as often.
Rational delta_of_many(std::int64_t minimum, std::int64_t times) {
  Histogram sums(minimum, 28'800);
  for (std::int64_t p = std::max<std::int64_t>(minimum, -9000); p <= 9000; ++p)
    sums.add(p, times * (1 + (9000 - std::abs(p)) / 90));
  OutputSums output{{}, 9, 512, {{std::int64_t{9} * 9 * 512}}};
  for (const std::int64_t weight : {1, 16}) output.parts.push_back({weight, sums});
  AdcSpec spec;
  spec.levels = 64;
  return delta_of_least_output_error(spec, output, 50);
}

// Sums of 16 bits under large counts and weights: their products leave 128 bits, and the answer
// must be that of a part of the counts.
TEST(OutputError, LargeCountsGiveTheAnswerOfSmallOnes) {
  const Rational once = delta_of_many(-28'800, 1);
  EXPECT_EQ(delta_of_many(-28'800, 1000), once);
  EXPECT_EQ(delta_of_many(-28'800, 1'000'000), once);
}

// Those of cells of 0 and 1 are as large. Without the counts' low bits the best of two neighbours
// may be the other one.
TEST(OutputError, LargeCountsOfOneSidedSumsGiveTheAnswerOfSmallOnes) {
  const Rational once = delta_of_many(0, 1);
  for (const std::int64_t times : {1000, 1'000'000}) {
    const Rational many = delta_of_many(0, times);
    EXPECT_TRUE(many >= once - Rational(50) && many <= once + Rational(50)) << to_string(many);
  }
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
