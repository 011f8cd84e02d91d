#include "bitline/quantize/grid.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::signed_spec;
using test::unsigned_spec;

QuantSpec odd_spec(int bits) {
  QuantSpec spec = signed_spec(bits);
  spec.narrow = false;
  spec.odd = true;
  return spec;
}

std::vector<std::int32_t> rounded(const Grid& grid, const std::vector<float>& values) {
  std::vector<std::int32_t> integers;
  for (const float value : values) integers.push_back(grid.to_integer(value));
  return integers;
}

TEST(Grid, RoundsToTheNearestInteger) {
  const Grid grid(signed_spec(4), 0.5F);
  // v / s: 0.4, 0.6, 2.2, -0.4, -0.6, -2.8
  EXPECT_EQ(rounded(grid, {0.2F, 0.3F, 1.1F, -0.2F, -0.3F, -1.4F}),
            (std::vector<std::int32_t>{0, 1, 2, 0, -1, -3}));
}

TEST(Grid, TiesGoToTheEvenInteger) {
  const Grid grid(signed_spec(4), 0.5F);
  // v / s: 0.5, 1.5, 2.5, 3.5 and their negatives, all exact in float32.
  EXPECT_EQ(rounded(grid, {0.25F, 0.75F, 1.25F, 1.75F}), (std::vector<std::int32_t>{0, 2, 2, 4}));
  EXPECT_EQ(rounded(grid, {-0.25F, -0.75F, -1.25F, -1.75F}),
            (std::vector<std::int32_t>{0, -2, -2, -4}));
}

TEST(Grid, ClampsAtBothEnds) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(rounded(Grid(signed_spec(4), 1), {7.4F, 7.6F, 1e30F, kInfinity}),
            (std::vector<std::int32_t>{7, 7, 7, 7}));
  EXPECT_EQ(rounded(Grid(signed_spec(4), 1), {-7.4F, -7.6F, -1e30F, -kInfinity}),
            (std::vector<std::int32_t>{-7, -7, -7, -7}));
  EXPECT_EQ(rounded(Grid(unsigned_spec(4), 1), {-1e30F, -0.6F, 14.6F, 15.6F}),
            (std::vector<std::int32_t>{0, 0, 15, 15}));
}

TEST(Grid, TwosComplementReachesOneFurtherDown) {
  QuantSpec spec = signed_spec(4);
  spec.narrow = false;
  EXPECT_EQ(rounded(Grid(spec, 1), {-9, -8, -7, 8}), (std::vector<std::int32_t>{-8, -8, -7, 7}));
}

// The table of (8c) in docs/arithmetic.md: −2.5, −0.5, 0.5, 1.25 and 1.75 steps.
TEST(Grid, RoundsAsItsRoundingSays) {
  const auto by = [](Rounding rounding) {
    QuantSpec spec = signed_spec(4);
    spec.rounding = rounding;
    return rounded(Grid(spec, 0.5F), {-1.25F, -0.25F, 0.25F, 0.625F, 0.875F});
  };
  using Integers = std::vector<std::int32_t>;
  EXPECT_EQ(by(Rounding::kHalfEven), (Integers{-2, 0, 0, 1, 2}));
  EXPECT_EQ(by(Rounding::kFloor), (Integers{-3, -1, 0, 1, 1}));
  EXPECT_EQ(by(Rounding::kCeil), (Integers{-2, 0, 1, 2, 2}));
  EXPECT_EQ(by(Rounding::kUp), (Integers{-3, -1, 1, 2, 2}));
  EXPECT_EQ(by(Rounding::kDown), (Integers{-2, 0, 0, 1, 1}));
  EXPECT_EQ(by(Rounding::kHalfUp), (Integers{-3, -1, 1, 1, 2}));
  EXPECT_EQ(by(Rounding::kHalfDown), (Integers{-2, 0, 0, 1, 2}));
}

// The largest float32 below ½, to which ½ cannot be added in float32.
TEST(Grid, RoundsNumbersNextToTiesExactly) {
  QuantSpec spec = signed_spec(4);
  spec.rounding = Rounding::kHalfUp;
  EXPECT_EQ(rounded(Grid(spec, 1), {0.49999997F, -0.49999997F}), (std::vector<std::int32_t>{0, 0}));
}

// v / s + z: −1.5 + 4 is 2.5, and 1.25 + 4 is 5.25; −9 + 4 is below the grid.
TEST(Grid, RoundsBehindItsZeroPointUnlessHalfToEven) {
  QuantSpec spec = unsigned_spec(4);
  spec.zero_point = 4;
  spec.rounding = Rounding::kHalfUp;
  const Grid grid(spec, 1);
  EXPECT_EQ(rounded(grid, {-1.5F, 1.25F, -9, 30}), (std::vector<std::int32_t>{3, 5, 0, 15}));
  EXPECT_EQ(grid.to_level(-1.5F), -1);
}

TEST(Grid, NotANumberGoesToTheMinimum) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Grid(signed_spec(4), 1).to_integer(kNaN), -7);
  EXPECT_EQ(Grid(unsigned_spec(4), 1).to_integer(kNaN), 0);
  EXPECT_EQ(Grid(odd_spec(2), 1).to_integer(kNaN), -3);
}

TEST(Grid, MultipliesByTheRoundedInverseOfTheScale) {
  // 37.5 / 15 is the tie 2.5, which division would send to 2. But 1 / 15 in float32 is
  // 0.06666667014, times 37.5 is 2.50000013, and the nearest float32 is 2.50000024: 3. Likewise
  // 1 / 41 is rounded down, and 143.5 · (1 / 41) lies below the tie 3.5, which would go to 4.
  EXPECT_EQ(Grid(signed_spec(4), 15).to_integer(37.5F), 3);
  EXPECT_EQ(Grid(signed_spec(4), 41).to_integer(143.5F), 3);
}

QuantSpec dividing(QuantSpec spec) {
  spec.rule = GridRule::kDivide;
  return spec;
}

// The two ties of the test above, which one division meets exactly.
TEST(Grid, DividesByTheScaleWhereItsRuleSaysSo) {
  EXPECT_EQ(Grid(dividing(signed_spec(4)), 15).to_integer(37.5F), 2);
  EXPECT_EQ(Grid(dividing(signed_spec(4)), 41).to_integer(143.5F), 4);
}

// v = (k + 1/2) s is a float32 wherever s has at most 24 - 8 bits, so that v / s is the tie itself.
TEST(Grid, DivisionSendsEveryTieThatFloat32HoldsToTheEvenInteger) {
  for (int s = 1; s < 1 << 12; s += 2) {
    const Grid grid(dividing(unsigned_spec(8)), static_cast<float>(s));
    for (std::int32_t k = 0; k < 255; ++k)
      ASSERT_EQ(grid.to_integer((static_cast<float>(k) + 0.5F) * static_cast<float>(s)), k + k % 2)
          << k << " of scale " << s;
  }
}

TEST(Grid, DivisionKeepsZeroPointsOddGridsAndNotANumber) {
  QuantSpec spec = dividing(unsigned_spec(4));
  spec.zero_point = 3;
  // v / s: 2.5, -1.5, -9; plus 3, in 0 … 15
  EXPECT_EQ(rounded(Grid(spec, 15), {37.5F, -22.5F, -135}), (std::vector<std::int32_t>{5, 1, 0}));
  // (v / s - 1) / 2: 0.5 and 1.5, to k = 0 and 2
  EXPECT_EQ(rounded(Grid(dividing(odd_spec(3)), 15), {30, 60}), (std::vector<std::int32_t>{1, 5}));
  EXPECT_EQ(Grid(spec, 15).to_integer(std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_TRUE(Grid(spec, 15).covers(187));  // 12.47
  EXPECT_FALSE(Grid(spec, 15).covers(188));
}

TEST(Grid, OddGridRoundsToTheNearestOddInteger) {
  const Grid grid(odd_spec(3), 1);  // -7, -5 … 7
  EXPECT_EQ(rounded(grid, {0.1F, 1.9F, 2.1F, 3, 6.9F}), (std::vector<std::int32_t>{1, 1, 3, 3, 7}));
  EXPECT_EQ(rounded(grid, {-0.1F, -1.9F, -2.1F, -3, -6.9F}),
            (std::vector<std::int32_t>{-1, -1, -3, -3, -7}));
}

TEST(Grid, OddGridSendsTiesToTheIntegerTwoKPlusOneOfAnEvenK) {
  // (v - 1) / 2 for v = -4, -2, 0, 2, 4: -2.5, -1.5, -0.5, 0.5, 1.5, to k = -2, -2, 0, 0, 2.
  EXPECT_EQ(rounded(Grid(odd_spec(3), 1), {-4, -2, 0, 2, 4}),
            (std::vector<std::int32_t>{-3, -3, 1, 1, 5}));
}

TEST(Grid, OddGridClampsAtBothEnds) {
  EXPECT_EQ(rounded(Grid(odd_spec(1), 0.5F), {-9, -0.1F, 0.1F, 9}),
            (std::vector<std::int32_t>{-1, -1, 1, 1}));
  EXPECT_EQ(rounded(Grid(odd_spec(3), 0.5F), {-1e30F, -4, 4, 1e30F}),
            (std::vector<std::int32_t>{-7, -7, 7, 7}));
}

TEST(Grid, OneOddBitIsTheSign) {
  // -1e-10 - 1 is -1 in float32, a tie of the odd form; the sign decides nevertheless.
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(rounded(Grid(odd_spec(1), 0.5F), {-1e-10F, -1e-45F, -0.0F, 0, 1e-10F, kNaN}),
            (std::vector<std::int32_t>{-1, -1, 1, 1, 1, -1}));
}

TEST(Grid, ZeroPointIsAddedBehindTheRounding) {
  QuantSpec spec = unsigned_spec(4, 0.5F);
  spec.zero_point = 3;
  const Grid grid(spec, 0.5F);
  // v / s: 0, 0.5 and 1.5 (ties), -0.5, -1.5, -3, -4, 12, 13; plus 3, in 0 … 15. Rounding v/s + 3
  // would send 3.5 to 4.
  EXPECT_EQ(rounded(grid, {0, 0.25F, 0.75F, -0.25F, -0.75F, -1.5F, -2, 6, 6.5F}),
            (std::vector<std::int32_t>{3, 3, 5, 3, 1, 0, 0, 15, 15}));
  EXPECT_EQ(grid.to_level(-2), -3.0F);
  EXPECT_EQ(grid.to_level(6.5F), 12.0F);
  EXPECT_EQ(rounded(grid, {std::numeric_limits<float>::quiet_NaN()}),
            (std::vector<std::int32_t>{0}));
}

TEST(Grid, CoversWhatLiesWithinTheShiftedRange) {
  QuantSpec spec = unsigned_spec(4);
  spec.zero_point = 3;
  const Grid grid(spec, 1);  // -3 … 12
  EXPECT_TRUE(grid.covers(-3.4F));
  EXPECT_FALSE(grid.covers(-3.6F));
  EXPECT_TRUE(grid.covers(12.4F));
  EXPECT_FALSE(grid.covers(12.6F));
}

TEST(Grid, EveryIntegerOfAGridIsItsOwn) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const QuantSpec& spec : {signed_spec(bits), unsigned_spec(bits), odd_spec(bits)}) {
      constexpr float kScale = 0.0625F;  // a power of two, so that k · s · (1/s) is exact
      const Grid grid(spec, kScale);
      const auto maximum = static_cast<std::int32_t>(spec.maximum());
      for (auto k = static_cast<std::int32_t>(spec.minimum()); k <= maximum; k += spec.odd ? 2 : 1)
        EXPECT_EQ(grid.to_integer(static_cast<float>(k) * kScale), k);
    }
  }
}

}  // namespace
}  // namespace bitline
