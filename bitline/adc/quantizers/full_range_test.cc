#include <gtest/gtest.h>

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

CodeTable full(std::int64_t levels, std::int64_t minimum, std::int64_t maximum,
               std::int64_t step = 1) {
  return make_code_table(spec_of(quantizers::kFullRange, levels, 16), {minimum, maximum, step});
}

TEST(FullRange, KeepsEverySumAtFullLevels) {
  const CodeTable table = full(257, -128, 128);
  EXPECT_EQ(table.thresholds, lossless_table({-128, 128}).thresholds);
  EXPECT_EQ(table.values, lossless_table({-128, 128}).values);
}

TEST(FullRange, MergesTheTwoLowestSumsAt256Levels) {
  const CodeTable table = full(256, -128, 128);
  EXPECT_EQ(value_at(table, -128), Rational(-127));
  for (std::int64_t p = -127; p <= 128; ++p) EXPECT_EQ(value_at(table, p), Rational(p));
  EXPECT_EQ(table.code(128), 255);  // not 0
}

TEST(FullRange, MergesTheTwoHighestOfOneSidedSums) {
  EXPECT_EQ(full(5, 0, 4).thresholds, (Integers{1, 2, 3, 4}));
  const CodeTable table = full(4, 0, 4);
  EXPECT_EQ(table.thresholds, (Integers{1, 2, 3}));
  EXPECT_EQ(values_of(table), (Rationals{0, 1, 2, 3}));
}

TEST(FullRange, StaysOnTheIntegersWithMoreLevelsThanSums) {
  for (const std::int64_t levels : {9, 10, 11, 256}) {
    const CodeTable table = full(levels, -4, 4);
    for (std::int64_t p = -4; p <= 4; ++p) EXPECT_EQ(value_at(table, p), Rational(p)) << levels;
  }
  for (std::int64_t p = 0; p <= 4; ++p) EXPECT_EQ(value_at(full(10, 0, 4), p), Rational(p));
}

TEST(FullRange, SpreadsFewerLevelsEvenly) {
  // N = 4, L = 3: Δ = 9/3, borders ±3/2. L = 2: L' = 3, the lowest level given up.
  EXPECT_EQ(full(3, -4, 4).thresholds, (Integers{-1, 2}));
  EXPECT_EQ(values_of(full(3, -4, 4)), (Rationals{-3, 0, 3}));
  EXPECT_EQ(full(2, -4, 4).thresholds, (Integers{2}));
  EXPECT_EQ(values_of(full(2, -4, 4)), (Rationals{0, 3}));
  // One side, L = 3: Δ = 9/5, borders 9/10 and 27/10.
  EXPECT_EQ(full(3, 0, 4).thresholds, (Integers{1, 3}));
  EXPECT_EQ(values_of(full(3, 0, 4)), (Rationals{0, Rational(9, 5), Rational(18, 5)}));
  EXPECT_EQ(step_of(spec_of(quantizers::kFullRange, 16, 1), {-128, 128}), Rational(257, 17));
}

// −1 and +1 on an even number of rows: −4, −2, 0, 2, 4, and borders half-way.
TEST(FullRange, LosesNothingOfSumsOfOneParityWithALevelForEach) {
  EXPECT_EQ(full(5, -4, 4, 2).thresholds, (Integers{-3, -1, 1, 3}));
  EXPECT_EQ(values_of(full(5, -4, 4, 2)), (Rationals{-4, -2, 0, 2, 4}));
  EXPECT_EQ(full(4, -3, 3, 2).thresholds, (Integers{-2, 0, 2}));
  EXPECT_EQ(values_of(full(4, -3, 3, 2)), (Rationals{-3, -1, 1, 3}));
  for (const std::int64_t levels : {129, 130, 131, 257})
    for (std::int64_t p = -128; p <= 128; p += 2)
      EXPECT_EQ(value_at(full(levels, -128, 128, 2), p), Rational(p)) << levels;
  for (const std::int64_t levels : {128, 129, 130})
    for (std::int64_t p = -127; p <= 127; p += 2)
      EXPECT_EQ(value_at(full(levels, -127, 127, 2), p), Rational(p)) << levels;
}

// One level less than sums merges the two lowest; fewer spread over [−N − 1, N + 1].
TEST(FullRange, WithFewerLevelsReadsSumsOfOneParityAsItDoesOthers) {
  EXPECT_EQ(values_of(full(4, -4, 4, 2)), (Rationals{-2, 0, 2, 4}));
  EXPECT_EQ(values_of(full(3, -3, 3, 2)), (Rationals{-1, 1, 3}));
  EXPECT_EQ(values_of(full(3, -4, 4, 2)), (Rationals{Rational(-10, 3), 0, Rational(10, 3)}));
  EXPECT_EQ(full(3, -4, 4, 2).thresholds, (Integers{-1, 2}));
  EXPECT_EQ(values_of(full(2, -3, 3, 2)), (Rationals{0, Rational(8, 3)}));
}

TEST(FullRange, OneSidedSumsOfOneParityHaveALevelEach) {
  AdcSpec spec = spec_of(quantizers::kFullRange, 3, 16);
  spec.sides = Sides::kOneSided;
  EXPECT_EQ(values_of(make_code_table(spec, {-4, 4, 2})), (Rationals{0, 2, 4}));
  EXPECT_EQ(values_of(make_code_table(spec, {-5, 5, 2})), (Rationals{1, 3, 5}));
}

TEST(FullRange, CoversTheLargerSideOfLopsidedSums) {
  EXPECT_EQ(value_at(full(9, -2, 4), 4), Rational(4));
  EXPECT_EQ(full(3, -2, 4).thresholds, full(3, -4, 4).thresholds);
}

TEST(FullRange, ReachesSumsBeyondSixteenBits) {
  EXPECT_EQ(value_at(full(57601, -28800, 28800), -28800), Rational(-28800));
  EXPECT_EQ(value_at(full(57600, -28800, 28800), -28800), Rational(-28799));
  EXPECT_EQ(value_at(full(57600, -28800, 28800), 28800), Rational(28800));
}

TEST(FullRange, RefusesACentre) {
  AdcSpec spec = spec_of(quantizers::kFullRange, 256, 16);
  spec.centre = 1;
  expect_error(ErrorKind::kUsage, "centre 1 is of no use to full-range", [&] {
    make_code_table(spec, {-128, 128});
  });
}

}  // namespace
}  // namespace bitline
