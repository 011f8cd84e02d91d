#include "bitline/graph/quant_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <utility>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::message_of;
using test::signed_spec;
using test::unsigned_spec;
using testing::HasSubstr;
using testing::StartsWith;

using Range = std::pair<std::int64_t, std::int64_t>;

Range range_of(const QuantSpec& spec) { return {spec.minimum(), spec.maximum()}; }

QuantSpec wide_signed(int bits) {
  QuantSpec spec = signed_spec(bits);
  spec.narrow = false;
  return spec;
}

QuantSpec odd_spec(int bits) {
  QuantSpec spec = wide_signed(bits);
  spec.odd = true;
  return spec;
}

std::string refusal(const QuantSpec& spec) {
  return message_of([&spec] { validate(spec, "conv.weight"); });
}

TEST(QuantSpec, UnsignedRangeBeginsAtZero) {
  EXPECT_EQ(range_of(unsigned_spec(1)), Range(0, 1));
  EXPECT_EQ(range_of(unsigned_spec(4)), Range(0, 15));
  EXPECT_EQ(range_of(unsigned_spec(16)), Range(0, 65535));
}

TEST(QuantSpec, SignedRangeIsTwosComplement) {
  EXPECT_EQ(range_of(wide_signed(1)), Range(-1, 0));
  EXPECT_EQ(range_of(wide_signed(4)), Range(-8, 7));
  EXPECT_EQ(range_of(wide_signed(16)), Range(-32768, 32767));
}

TEST(QuantSpec, NarrowRangeIsSymmetric) {
  EXPECT_EQ(range_of(signed_spec(2)), Range(-1, 1));
  EXPECT_EQ(range_of(signed_spec(4)), Range(-7, 7));
}

TEST(QuantSpec, OddRangeHasAsManyNumbersAsCodes) {
  // 2^n odd numbers: -1, 1; then -3, -1, 1, 3; ...
  EXPECT_EQ(range_of(odd_spec(1)), Range(-1, 1));
  EXPECT_EQ(range_of(odd_spec(2)), Range(-3, 3));
  EXPECT_EQ(range_of(odd_spec(4)), Range(-15, 15));
}

TEST(QuantSpec, GridsThatHoldNumbersAreAccepted) {
  EXPECT_NO_THROW(validate(unsigned_spec(1), "value"));
  EXPECT_NO_THROW(validate(signed_spec(2), "value"));
  EXPECT_NO_THROW(validate(odd_spec(1), "value"));
  EXPECT_NO_THROW(validate(signed_spec(16, {1, 2}, 0), "value"));
}

TEST(QuantSpec, BitsOutOfRangeAreRefused) {
  EXPECT_EQ(refusal(unsigned_spec(0)), "conv.weight: 0 bits are not supported; choose 1 to 16");
  EXPECT_THAT(refusal(unsigned_spec(17)), HasSubstr("17 bits are not supported"));
}

TEST(QuantSpec, ASymmetricGridOfOneBitIsRefusedAndPointsToTheOddOne) {
  EXPECT_THAT(refusal(signed_spec(1)),
              StartsWith("conv.weight: a signed grid of 1 bit holds no number but 0"));
  EXPECT_THAT(refusal(signed_spec(1)), HasSubstr("bipolar"));
}

TEST(QuantSpec, AScaleThatIsNotPositiveAndFiniteIsRefused) {
  EXPECT_EQ(refusal(unsigned_spec(4, 0)),
            "conv.weight: scale 0 is not a positive number; calibrate the quantizer first");
  EXPECT_THAT(refusal(unsigned_spec(4, -1)), HasSubstr("scale -1 is not"));
  EXPECT_THAT(refusal(unsigned_spec(4, 1e-39F)), HasSubstr("so small that 1 / scale"));
  EXPECT_THAT(refusal(unsigned_spec(4, std::numeric_limits<float>::quiet_NaN())),
              HasSubstr("scale nan is not"));
  EXPECT_THAT(refusal(unsigned_spec(4, std::numeric_limits<float>::infinity())),
              HasSubstr("scale inf is not"));
  EXPECT_THAT(refusal(signed_spec(4, {1, 0}, 0)), HasSubstr("scale 0 is not"));
}

TEST(QuantSpec, OddIntegersHaveOneRounding) {
  QuantSpec spec = odd_spec(1);
  spec.rounding = Rounding::kFloor;
  EXPECT_THAT(refusal(spec), HasSubstr("half-even alone, not by floor"));
}

TEST(QuantSpec, SeveralScalesWithoutAnAxisAreRefused) {
  EXPECT_EQ(refusal(signed_spec(4, {1, 2})),
            "conv.weight: 2 scales without an axis; give one scale or the axis");
  EXPECT_THAT(refusal(signed_spec(4, {})), HasSubstr("0 scales without an axis"));
}

}  // namespace
}  // namespace bitline
