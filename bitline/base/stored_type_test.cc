#include "bitline/base/stored_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace bitline {
namespace {

using testing::ElementsAre;

std::vector<float> widened(std::string_view type, const std::vector<std::uint16_t>& bits) {
  const Tensor tensor =
      tensor_of_stored(stored_type_from_name(type), {static_cast<std::int64_t>(bits.size())},
                       std::as_bytes(std::span(bits)));
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

TEST(StoredType, HalfFloatsBecomeTheirExactValue) {
  // 0x3c00: exponent 15, so 1. 0xc000: -2. 0x3555: (1024 + 341) · 2^-12. 0x7bff: 2047 · 2^5.
  EXPECT_THAT(widened("F16", {0x3c00, 0xc000, 0x3555, 0x7bff}),
              ElementsAre(1.0F, -2.0F, 1365.0F / 4096, 65504.0F));
}

TEST(StoredType, SmallestHalfFloatsKeepTheirValue) {
  // Subnormal: 1 · 2^-24 and -1023 · 2^-24; the smallest normal one is 2^-14.
  EXPECT_THAT(widened("F16", {0x0001, 0x83ff, 0x0400}),
              ElementsAre(std::ldexp(1.0F, -24), std::ldexp(-1023.0F, -24), std::ldexp(1.0F, -14)));
}

TEST(StoredType, ZerosInfinitiesAndNaNOfHalfFloatsStay) {
  const std::vector<float> values = widened("F16", {0x8000, 0x7c00, 0xfc00, 0x7e00});
  EXPECT_EQ(values[0], 0.0F);
  EXPECT_TRUE(std::signbit(values[0]));
  EXPECT_EQ(values[1], std::numeric_limits<float>::infinity());
  EXPECT_EQ(values[2], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(values[3]));
}

TEST(StoredType, BrainFloatsAreTheUpperHalfOfAFloat) {
  // 0x4049: 3.140625 = 1.5703125 · 2; 0xbf80: -1.
  EXPECT_THAT(widened("BF16", {0x4049, 0xbf80}), ElementsAre(3.140625F, -1.0F));
}

TEST(StoredType, NamesAreThoseOfSafetensors) {
  for (const DType dtype :
       {DType::kU8, DType::kI8, DType::kI16, DType::kI32, DType::kI64, DType::kF32, DType::kF64}) {
    EXPECT_EQ(stored_type_from_name(name_of(dtype)).dtype, dtype);
    EXPECT_EQ(stored_type_from_name(name_of(dtype)).size(), size_of(dtype));
  }
  EXPECT_EQ(stored_type_from_name("BF16").size(), 2U);
  EXPECT_THROW(stored_type_from_name("F8_E4M3"), Error);
}

TEST(StoredType, RefusesBytesThatDoNotFitTheShape) {
  const std::vector<std::byte> bytes(7);
  EXPECT_THROW(tensor_of_stored(stored_type_from_name("F16"), {3}, bytes), Error);
  EXPECT_THROW(tensor_of_stored(stored_type_from_name("F32"), {2}, bytes), Error);
}

}  // namespace
}  // namespace bitline
