#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bitline/digital/digital.h"
#include "bitline/testing/tensors.h"

namespace bitline::digital {
namespace {

using test::counted;
using test::floats;
using test::integers;
using test::values_of;
using ::testing::ElementsAre;

std::vector<float> of(const Unary& unary, const std::vector<float>& x) {
  return values_of(apply(unary, floats({std::ssize(x)}, x)));
}

TEST(Unary, ClipsAtBothEnds) {
  EXPECT_THAT(of({UnaryFunction::kClip, -1, 6}, {-2, -1, 0.5F, 6, 7}),
              ElementsAre(-1, -1, 0.5F, 6, 6));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(of({UnaryFunction::kClip, 0, kInfinity}, {-2, 1e30F}), ElementsAre(0, 1e30F));
}

TEST(Unary, LeaksWhereNegative) {
  EXPECT_THAT(of({UnaryFunction::kLeakyRelu, 0.25}, {-4, 0, 4}), ElementsAre(-1, 0, 4));
}

TEST(Unary, SigmoidIsRoundedOnceFromDouble) {
  // 1 / (1 + e^-1) = 0.7310585786…; e^200 overflows no double.
  EXPECT_THAT(of({UnaryFunction::kSigmoid}, {0, 1, -200, 200}),
              ElementsAre(0.5F, 0.73105857863F, static_cast<float>(std::exp(-200.0)), 1));
}

TEST(Unary, HardFunctionsAreStraightLines) {
  EXPECT_THAT(of({UnaryFunction::kHardSigmoid, 0.25, 0.5}, {-3, -1, 0, 1, 3}),
              ElementsAre(0, 0.25F, 0.5F, 0.75F, 1));
  // 3 · 1, 6 · 1, -3 · 0, 1.5 · 0.75
  EXPECT_THAT(of({UnaryFunction::kHardSwish}, {3, 6, -3, 1.5F}), ElementsAre(3, 6, 0, 1.125F));
}

TEST(Unary, FunctionsOfTheMathematicalLibrary) {
  EXPECT_THAT(of({UnaryFunction::kTanh}, {0, 1}), ElementsAre(0, 0.76159415596F));
  EXPECT_THAT(of({UnaryFunction::kErf}, {0, 1}), ElementsAre(0, 0.84270079295F));
  EXPECT_THAT(of({UnaryFunction::kSqrt}, {0, 6.25F}), ElementsAre(0, 2.5F));
}

TEST(Unary, SignsAndPowersOfE) {
  EXPECT_THAT(of({UnaryFunction::kAbs}, {-1.5F, 0, 2}), ElementsAre(1.5F, 0, 2));
  EXPECT_THAT(of({UnaryFunction::kNeg}, {-1.5F, 2}), ElementsAre(1.5F, -2));
  EXPECT_THAT(of({UnaryFunction::kExp}, {0, 1}), ElementsAre(1, 2.718281828459F));
  EXPECT_THAT(of({UnaryFunction::kLog}, {1, 10}), ElementsAre(0, 2.302585092994F));
}

// 2 (e^-1 − 1), 2 (e^-1/2 − 1), 2 · 3/2 (e^-1 − 1); 2 · 3.
TEST(Unary, ExponentialUnitsAreStraightWhereNotNegative) {
  EXPECT_THAT(of({UnaryFunction::kElu, 2}, {-1, 0, 3}), ElementsAre(-1.264241117657F, 0, 3));
  EXPECT_THAT(of({UnaryFunction::kCelu, 2}, {-1, 0, 3}), ElementsAre(-0.786938680575F, 0, 3));
  EXPECT_THAT(of({UnaryFunction::kSelu, 1.5, 2}, {-1, 0, 3}), ElementsAre(-1.896361676485F, 0, 6));
}

// ln 2, ln(1 + e), ln(1 + e^-20), which is e^-20 to nine digits; e^1000 overflows a double.
TEST(Unary, SoftFunctions) {
  EXPECT_THAT(of({UnaryFunction::kSoftplus}, {0, 1, -20, 1000}),
              ElementsAre(0.693147180560F, 1.313261687518F, 2.061153620314e-9F, 1000));
  EXPECT_THAT(of({UnaryFunction::kSoftsign}, {3, -1, 0}), ElementsAre(0.75F, -0.5F, 0));
}

TEST(Unary, NonZeroIsAMask) {
  EXPECT_THAT(of({UnaryFunction::kNonZero}, {0, -0.0F, 0.5F, -2}), ElementsAre(0, 0, 1, 1));
}

TEST(Unary, OfIntegersAreTheSignsAlone) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const Tensor x = integers({3}, {-7, 0, 5});
  EXPECT_THAT(values_of<std::int64_t>(apply({UnaryFunction::kAbs}, x)), ElementsAre(7, 0, 5));
  EXPECT_THAT(values_of<std::int64_t>(apply({UnaryFunction::kNeg}, x)), ElementsAre(7, 0, -5));
  EXPECT_THROW(apply({UnaryFunction::kSqrt}, x), Error);
  EXPECT_THROW(apply({UnaryFunction::kAbs}, integers({1}, {kLeast})), Error);
  EXPECT_THROW(apply({UnaryFunction::kNeg}, integers({1}, {kLeast})), Error);
}

// Step 0.1, which no float holds exactly: integers -13, -8, 7 and 12 in quarters.
TEST(Unary, TruncatesIntegersOfAStep) {
  EXPECT_THAT(of({UnaryFunction::kTruncate, 0.1, 4}, {-1.3F, -0.8F, 0.7F, 1.2F}),
              ElementsAre(-0.4F, -0.2F, 0.1F, 0.3F));
}

TEST(Unary, RefusesToTruncateToNothing) {
  EXPECT_THROW(of({UnaryFunction::kTruncate, 0, 4}, {1}), Error);
}

TEST(Binary, WorksElementByElement) {
  const Tensor a = floats({4}, {1, -2, 3, 4});
  const Tensor b = floats({4}, {2, 2, 0.5F, -4});
  EXPECT_THAT(values_of(apply({BinaryFunction::kAdd}, a, b)), ElementsAre(3, 0, 3.5F, 0));
  EXPECT_THAT(values_of(apply({BinaryFunction::kSub}, a, b)), ElementsAre(-1, -4, 2.5F, 8));
  EXPECT_THAT(values_of(apply({BinaryFunction::kMul}, a, b)), ElementsAre(2, -4, 1.5F, -16));
  EXPECT_THAT(values_of(apply({BinaryFunction::kDiv}, a, b)), ElementsAre(0.5F, -1, 6, -1));
  EXPECT_THAT(values_of(apply({BinaryFunction::kPRelu}, a, b)), ElementsAre(1, -4, 3, 4));
  EXPECT_THAT(values_of(apply({BinaryFunction::kPow}, floats({2}, {3, 4}), floats({1}, {0.5F}))),
              ElementsAre(1.73205080757F, 2));
}

TEST(Binary, ExtremesAreNoNumberWhereEitherIsNone) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const Tensor a = floats({4}, {1, -2, kNaN, 0});
  const Tensor b = floats({4}, {2, -3, 0, kNaN});
  const std::vector<float> largest = values_of(apply({BinaryFunction::kMax}, a, b));
  const std::vector<float> least = values_of(apply({BinaryFunction::kMin}, a, b));
  EXPECT_EQ(largest[0], 2);
  EXPECT_EQ(largest[1], -2);
  EXPECT_EQ(least[0], 1);
  EXPECT_EQ(least[1], -3);
  for (const std::size_t i : {2U, 3U}) EXPECT_TRUE(std::isnan(largest[i]) && std::isnan(least[i]));
}

TEST(Binary, ComparisonsAreMasks) {
  const Tensor a = floats({3}, {1, 2, 3});
  const Tensor b = floats({1}, {2});
  EXPECT_THAT(values_of(apply({BinaryFunction::kEqual}, a, b)), ElementsAre(0, 1, 0));
  EXPECT_THAT(values_of(apply({BinaryFunction::kGreater}, a, b)), ElementsAre(0, 0, 1));
  EXPECT_THAT(values_of(apply({BinaryFunction::kGreaterOrEqual}, a, b)), ElementsAre(0, 1, 1));
  EXPECT_THAT(values_of(apply({BinaryFunction::kLess}, a, b)), ElementsAre(1, 0, 0));
  EXPECT_THAT(values_of(apply({BinaryFunction::kLessOrEqual}, a, b)), ElementsAre(1, 1, 0));
}

TEST(Binary, ComparesIntegersToo) {
  const Tensor a = integers({3}, {-1, 2, 3});
  const Tensor b = integers({}, {2});
  EXPECT_THAT(values_of<std::int64_t>(apply({BinaryFunction::kMax}, a, b)), ElementsAre(2, 2, 3));
  EXPECT_THAT(values_of<std::int64_t>(apply({BinaryFunction::kMin}, a, b)), ElementsAre(-1, 2, 2));
  EXPECT_THAT(values_of<std::int64_t>(apply({BinaryFunction::kLess}, a, b)), ElementsAre(1, 0, 0));
}

// A flag per row; one number per column, and one for all.
TEST(Where, PicksElementsOfValuesThatAreBroadcast) {
  const Tensor flags = floats({3, 1}, {1, 0, -0.5F});
  const Tensor columns = floats({2}, {10, 20});
  EXPECT_THAT(values_of(where(flags, columns, floats({}, {7}))), ElementsAre(10, 20, 7, 7, 10, 20));
  EXPECT_EQ(where(flags, columns, floats({}, {7})).shape(), (Shape{3, 2}));
  EXPECT_THAT(values_of<std::int64_t>(
                  where(integers({2}, {0, 1}), integers({2}, {1, 2}), integers({1}, {5}))),
              ElementsAre(5, 2));
}

TEST(Where, RefusesShapesAndTypesThatDoNotFit) {
  EXPECT_THROW(where(counted({2}), counted({3}), counted({1})), Error);
  EXPECT_THROW(where(counted({1}), counted({1}), integers({1}, {1})), Error);
}

TEST(Where, DoesNotDependOnThreads) {
  const Tensor flags = apply({BinaryFunction::kGreater}, counted({7, 1, 301}), floats({}, {999}));
  EXPECT_TRUE(test::same_on_any_threads([&] {
    return where(flags, counted({7, 11, 301}), counted({11, 1}));
  }));
}

TEST(Binary, BroadcastsEitherOperandAlongAnyAxis) {
  // One number per row of a matrix, one per column, and both at once.
  const Tensor matrix = counted({2, 3});  // 1 2 3 / 4 5 6
  const Binary sub{BinaryFunction::kSub};
  EXPECT_THAT(values_of(apply(sub, matrix, floats({2, 1}, {1, 4}))), ElementsAre(0, 1, 2, 0, 1, 2));
  EXPECT_THAT(values_of(apply(sub, floats({3}, {1, 2, 3}), matrix)),
              ElementsAre(0, 0, 0, -3, -3, -3));
  const Tensor outer = apply(sub, floats({2, 1}, {10, 20}), floats({1, 3}, {1, 2, 3}));
  EXPECT_EQ(outer.shape(), (Shape{2, 3}));
  EXPECT_THAT(values_of(outer), ElementsAre(9, 8, 7, 19, 18, 17));
  EXPECT_THAT(values_of(apply(sub, floats({}, {10}), floats({2}, {1, 2}))), ElementsAre(9, 8));
}

TEST(Binary, BroadcastsAnInnerAxisOfBothOperands) {
  // [2, 1, 2] + [1, 2, 1]: result (i, j, k) is a(i, k) + b(j).
  const Tensor sum =
      apply({BinaryFunction::kAdd}, floats({2, 1, 2}, {1, 2, 3, 4}), floats({1, 2, 1}, {10, 20}));
  EXPECT_EQ(sum.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(values_of(sum), ElementsAre(11, 12, 21, 22, 13, 14, 23, 24));
}

TEST(Binary, RefusesShapesAndTypesThatDoNotFit) {
  EXPECT_THROW(apply({BinaryFunction::kAdd}, counted({2}), counted({3})), Error);
  EXPECT_THROW(apply({BinaryFunction::kAdd}, counted({1}), integers({1}, {1})), Error);
}

TEST(Binary, DividesIntegersTowardsZero) {
  const Tensor quotients =
      apply({BinaryFunction::kDiv}, integers({4}, {7, -7, 7, -7}), integers({4}, {2, 2, -2, -1}));
  EXPECT_THAT(values_of<std::int64_t>(quotients), ElementsAre(3, -3, -3, 7));
  EXPECT_THAT(values_of<std::int64_t>(
                  apply({BinaryFunction::kMul}, integers({2}, {3, 5}), integers({}, {4}))),
              ElementsAre(12, 20));
}

TEST(Binary, RefusesIntegersThatHaveNoAnswer) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const Tensor one = integers({1}, {1});
  EXPECT_THROW(apply({BinaryFunction::kDiv}, one, integers({1}, {0})), Error);
  EXPECT_THROW(apply({BinaryFunction::kDiv}, integers({1}, {kLeast}), integers({1}, {-1})), Error);
  EXPECT_THROW(apply({BinaryFunction::kSub}, integers({1}, {kLeast}), one), Error);
  EXPECT_THROW(apply({BinaryFunction::kPow}, one, one), Error);
}

TEST(Binary, DoesNotDependOnThreads) {
  // Longer than what one thread takes, cut in the middle of rows.
  const Tensor a = counted({5, 7, 1, 301});
  const Tensor b = counted({7, 11, 1});
  EXPECT_TRUE(test::same_on_any_threads([&] { return apply({BinaryFunction::kMul}, a, b); }));
}

}  // namespace
}  // namespace bitline::digital
