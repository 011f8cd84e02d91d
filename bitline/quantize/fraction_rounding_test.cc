#include "bitline/quantize/fraction_rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bitline/base/random.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::signed_spec;
using test::unsigned_spec;

FractionRounding rounding_onto(const QuantSpec& spec, const std::vector<float>& scales) {
  const auto rounding = FractionRounding::of(spec, scales);
  EXPECT_TRUE(rounding.has_value());
  return *rounding;
}

/// a / b to the nearest integer, the even one of two; a not negative.
std::int64_t half_even(std::int64_t a, std::int64_t b) {
  const std::int64_t below = a / b;
  const std::int64_t rest = a % b;
  return below + (2 * rest > b || (2 * rest == b && below % 2 == 1) ? 1 : 0);
}

// s L / (n s) is L / n whatever s is. In float32, 0.1 · 26 / 4 over 0.1 is above the tie 6.5.
TEST(FractionRounding, MeansOnTheSameScaleAreFractionsOfIntegers) {
  for (const float scale : {0.1F, 0.3F, 0.07F, 1e-6F, 3.0F, 12345.678F})
    for (const std::int64_t n : {2, 3, 4, 16, 49}) {
      const FractionRounding rounding = rounding_onto(unsigned_spec(8, scale), std::vector{scale});
      for (std::int64_t sum = 0; sum <= 255 * n; ++sum)
        ASSERT_EQ(rounding(sum, 0, n), half_even(sum, n)) << sum << " of scale " << scale;
    }
}

TEST(FractionRounding, OnTwiceTheScaleHalfOfWhatTwoPlacesSumToAreTies) {
  for (const float scale : {0.1F, 0.3F, 0.07F}) {
    const FractionRounding rounding =
        rounding_onto(unsigned_spec(8, 2 * scale), std::vector{scale});
    for (std::int64_t sum = 0; sum <= 1020; ++sum)
      ASSERT_EQ(rounding(sum, 0, 4), half_even(sum, 8)) << sum << " of scale " << scale;
  }
}

// Worked out with fractions of the three float32 numbers, of which 0.3 is not three times 0.1:
// (2, 1) gives 2.5 + 3.7e-8, which float32 arithmetic takes for the tie.
TEST(FractionRounding, SumsOfTwoScales) {
  const FractionRounding rounding = rounding_onto(signed_spec(8, {0.2F}), std::vector{0.1F, 0.3F});
  EXPECT_EQ(rounding(1, 0, 1), 0);    // 0.5, a tie: 0.2 is twice 0.1 as float32 too
  EXPECT_EQ(rounding(3, 0, 1), 2);    // 1.5, likewise
  EXPECT_EQ(rounding(2, 1, 1), 3);    // 2.5 + 3.7e-8
  EXPECT_EQ(rounding(0, -1, 1), -2);  // -1.5 - 3.7e-8
  EXPECT_EQ(rounding(-3, 1, 1), 0);   // 3.7e-8
  EXPECT_EQ(rounding(-5, -5, 1), -10);
}

TEST(FractionRounding, MeansOnAnotherScale) {
  const FractionRounding rounding = rounding_onto(unsigned_spec(8, 0.07F), std::vector{0.1F});
  EXPECT_EQ(rounding(3, 0, 9), 0);  // 0.476
  EXPECT_EQ(rounding(4, 0, 9), 1);  // 0.635
  EXPECT_EQ(rounding(100, 0, 9), 16);
  EXPECT_EQ(rounding(1000, 0, 9), 159);
  EXPECT_EQ(rounding(2000, 0, 9), 255);  // 317 is beyond the grid
}

TEST(FractionRounding, AddsTheZeroPointBehindTheRoundingAndClamps) {
  QuantSpec spec = unsigned_spec(4, 0.5F);
  spec.zero_point = 3;
  const FractionRounding rounding = rounding_onto(spec, std::vector{0.5F});
  // 1/2, -1/2, 3/2, -3/2: to 0, 0, 2, -2, then 3 more
  EXPECT_EQ(rounding(1, 0, 2), 3);
  EXPECT_EQ(rounding(-1, 0, 2), 3);
  EXPECT_EQ(rounding(3, 0, 2), 5);
  EXPECT_EQ(rounding(-3, 0, 2), 1);
  EXPECT_EQ(rounding(-100, 0, 2), 0);
  EXPECT_EQ(rounding(100, 0, 2), 15);
}

TEST(FractionRounding, OddGridsTakeTheIntegerTwoKPlusOneOfAnEvenK) {
  QuantSpec spec = signed_spec(3);
  spec.odd = true;
  const FractionRounding rounding = rounding_onto(spec, std::vector{1.0F});
  // (x - 1) / 2 for x = -4, -2, 0, 2, 4: -2.5, -1.5, -0.5, 0.5, 1.5, to k = -2, -2, 0, 0, 2
  const std::vector<std::int32_t> expected{-3, -3, 1, 1, 5};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(rounding(2 * static_cast<std::int64_t>(i) - 4, 0, 1), expected[i]);
  EXPECT_EQ(rounding(99, 0, 1), 7);
  spec.bits = 1;
  const FractionRounding sign = rounding_onto(spec, std::vector{1.0F});
  EXPECT_EQ(sign(-1, 0, 1000), -1);
  EXPECT_EQ(sign(0, 0, 1), 1);
}

TEST(FractionRounding, KnowsNoScalesThatLieTooFarApart) {
  const auto far = [](int exponent) {
    return FractionRounding::of(unsigned_spec(8), std::vector{std::ldexp(1.0F, exponent), 1.0F});
  };
  EXPECT_TRUE(far(38));
  EXPECT_TRUE(far(-38));
  EXPECT_FALSE(far(39));
  EXPECT_FALSE(far(-39));
}

TEST(FractionRounding, TheShortWayIsTheDefinition) {
  Random random(1);
  const auto scale = [&random] {
    const auto exponent = static_cast<int>(random.below(12));
    return static_cast<float>(std::ldexp(1 + random.uniform(), -exponent));
  };
  for (int i = 0; i < 2000; ++i) {
    QuantSpec spec = signed_spec(8, {scale()});
    spec.zero_point = static_cast<std::int64_t>(random.below(20)) - 10;
    const FractionRounding rounding = rounding_onto(spec, std::vector{scale(), scale()});
    const std::int64_t n = 1 + static_cast<std::int64_t>(random.below(100));
    ASSERT_TRUE(rounding.fits_64_bits(1000, n));
    for (std::int64_t level = -500; level <= 500; level += 7)
      ASSERT_EQ(rounding.in_64_bits(level, 500 - level, n), rounding(level, 500 - level, n));
  }
}

TEST(FractionRounding, TheShortWayIsRefusedWhereItWouldOverflow) {
  // f = 2^38 and g = 1: 2^38 · 2^22 is above 2^63 / 16, 2^38 · 2^21 - 2^38 is not.
  const FractionRounding rounding =
      rounding_onto(unsigned_spec(8), std::vector{std::ldexp(1.0F, 38)});
  EXPECT_TRUE(rounding.fits_64_bits((std::int64_t{1} << 21) - 1, 1));
  EXPECT_FALSE(rounding.fits_64_bits(std::int64_t{1} << 22, 1));
  EXPECT_FALSE(rounding.fits_64_bits(1, std::int64_t{1} << 60));
}

}  // namespace
}  // namespace bitline
