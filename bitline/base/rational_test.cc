#include "bitline/base/rational.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "bitline/base/error.h"

namespace bitline {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

TEST(FloorDivision, RoundsDownForBothSigns) {
  EXPECT_EQ(floor_div(7, 2), 3);
  EXPECT_EQ(floor_div(-7, 2), -4);
  EXPECT_EQ(floor_div(-8, 2), -4);
  EXPECT_EQ(ceil_div(7, 2), 4);
  EXPECT_EQ(ceil_div(-7, 2), -3);
}

TEST(FloorDivision, EnclosesTheQuotient) {
  const bool held = rc::check([](std::int32_t a, std::int32_t positive) {
    const std::int64_t b = positive == 0 ? 1 : std::abs(std::int64_t{positive});
    RC_ASSERT(floor_div(a, b) * b <= a);
    RC_ASSERT((floor_div(a, b) + 1) * b > a);
    RC_ASSERT(ceil_div(a, b) * b >= a);
    RC_ASSERT((ceil_div(a, b) - 1) * b < a);
  });
  ASSERT_TRUE(held);
}

TEST(Rational, KeepsLowestTermsWithAPositiveDenominator) {
  const Rational value(6, -4);
  EXPECT_EQ(value.numerator(), -3);
  EXPECT_EQ(value.denominator(), 2);
  EXPECT_EQ(Rational(0, -5), Rational(0));
}

TEST(Rational, ComputesExactly) {
  EXPECT_EQ(Rational(1, 6) + Rational(1, 10), Rational(4, 15));
  EXPECT_EQ(Rational(1, 6) - Rational(1, 10), Rational(1, 15));
  EXPECT_EQ(Rational(14, 5) * Rational(5, 7), Rational(2));
  EXPECT_EQ(Rational(14, 5) / Rational(-7), Rational(-2, 5));
  EXPECT_EQ(-Rational(1, 2), Rational(-1, 2));
}

TEST(Rational, RoundsDownAndUp) {
  EXPECT_EQ(Rational(-7, 2).floor(), -4);
  EXPECT_EQ(Rational(-7, 2).ceil(), -3);
  EXPECT_EQ(Rational(4).floor(), 4);
  EXPECT_DOUBLE_EQ(Rational(7, 4).to_double(), 1.75);
}

TEST(Rational, OrdersValuesThatDoublesCannotTellApart) {
  // 1/largest and 1/(largest - 1) round to the same double.
  const Rational smaller(1, kLargest);
  const Rational larger(1, kLargest - 1);
  EXPECT_LT(smaller, larger);
  EXPECT_GT(larger, smaller);
  EXPECT_LT(Rational(kSmallest), Rational(kLargest));
}

TEST(Rational, OverflowIsAnErrorAndNeverWraps) {
  EXPECT_THROW(Rational(kLargest) + Rational(1), Error);
  EXPECT_THROW(Rational(kSmallest) - Rational(1), Error);
  EXPECT_THROW(Rational(kLargest) * Rational(2), Error);
  EXPECT_THROW(Rational(1, kLargest) * Rational(1, 2), Error);
  EXPECT_THROW(-Rational(kSmallest), Error);
  EXPECT_THROW(Rational(kSmallest, -1), Error);
}

TEST(Rational, CancelsBeforeItOverflows) {
  EXPECT_EQ(Rational(kLargest, 3) * Rational(3, kLargest), Rational(1));
  EXPECT_EQ(Rational(kSmallest, kSmallest), Rational(1));
  EXPECT_EQ(Rational(kLargest) + Rational(kSmallest), Rational(-1));
}

TEST(Rational, DivisionByZeroIsAnError) {
  EXPECT_THROW(Rational(1, 0), Error);
  EXPECT_THROW(Rational(1) / Rational(0), Error);
}

TEST(Rational, AdditionUndoesSubtraction) {
  const bool held = rc::check([](std::int16_t a, std::int16_t b, std::uint8_t c, std::uint8_t d) {
    const Rational x(a, c + 1);
    const Rational y(b, d + 1);
    RC_ASSERT((x - y) + y == x);
    RC_ASSERT((x < y) == ((x - y) < Rational(0)));
  });
  ASSERT_TRUE(held);
}

TEST(RationalText, ReadsWholeNumbersFractionsAndDecimals) {
  EXPECT_EQ(parse_rational("7"), Rational(7));
  EXPECT_EQ(parse_rational("-3"), Rational(-3));
  EXPECT_EQ(parse_rational("14/5"), Rational(14, 5));
  EXPECT_EQ(parse_rational("2.5"), Rational(5, 2));
  EXPECT_EQ(parse_rational("-0.125"), Rational(-1, 8));
  EXPECT_EQ(parse_rational("0.1"), Rational(1, 10));
  EXPECT_EQ(parse_rational("-9223372036854775808"), Rational(kSmallest));
}

TEST(RationalText, RefusesWhatIsNoFraction) {
  for (const char* text : {"", "-", "--1", "+1", "1/", "/2", "1/-2", "1/0", "1.", ".5", "1.2.3",
                           "1e3", "0x10", "nan", " 1", "1 ", "1/2/3", "seven"})
    EXPECT_THROW(parse_rational(text), Error) << "'" << text << "'";
}

TEST(RationalText, RefusesNumbersThatDoNotFit) {
  EXPECT_THROW(parse_rational("9223372036854775808"), Error);
  EXPECT_THROW(parse_rational("0.00000000000000000001"), Error);
  EXPECT_THROW(parse_rational(std::string(1000, '9')), Error);
}

TEST(RationalText, WrittenTextReadsBack) {
  EXPECT_EQ(to_string(Rational(14, 5)), "14/5");
  EXPECT_EQ(to_string(Rational(-7)), "-7");
  const bool held = rc::check([](std::int64_t numerator, std::uint16_t denominator) {
    const Rational value(numerator, denominator + 1);
    RC_ASSERT(parse_rational(to_string(value)) == value);
  });
  ASSERT_TRUE(held);
}

TEST(CommonUnit, IsTheLargestThatDividesBoth) {
  // 3/4 = 9 x 1/12 and 5/6 = 10 x 1/12; 9 and 10 have no common divisor.
  EXPECT_EQ(common_unit(Rational(3, 4), Rational(5, 6)), Rational(1, 12));
  EXPECT_EQ(common_unit(Rational(-6), Rational(4)), Rational(2));
  EXPECT_EQ(common_unit(Rational(0), Rational(-7, 2)), Rational(7, 2));
  EXPECT_EQ(common_unit(Rational(0), Rational(0)), Rational(0));
}

}  // namespace
}  // namespace bitline
