#include "bitline/mapping/negative_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::every_encoding;
using test::linear_layer;
using test::MappingCase;
using testing::ElementsAre;

/// Digits of −3 among weights of 4 bits, from the least significant plane.
std::vector<std::int64_t> digits_of_minus_three(const ArraySpec& array) {
  const WeightCode code = array.encoding->code(linear_layer(1, {-3}, 4, 4), array);
  std::vector<std::int64_t> digits;
  for (std::int64_t plane = 0; plane < std::ssize(code.plane_weights); ++plane)
    digits.push_back(code.digit(-3, plane));
  return digits;
}

ArraySpec array_of(Encoding encoding, int cell_bits) {
  ArraySpec array;
  array.encoding = encoding;
  array.cell_bits = cell_bits;
  return array;
}

// |−3| = 1 + 2 = 3 · 1
TEST(NegativeWeights, HaveTheSignOfTheWeightInEveryDigitUnderDifferential) {
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kDifferential, 1)), ElementsAre(-1, -1, 0));
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kDifferential, 2)), ElementsAre(-3, 0));
}

// −3 = 5 − 8, and 5 = 1 + 4 · 1
TEST(NegativeWeights, HaveASignPlaneUnderTwosComplement) {
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kTwosComplement, 1)),
              ElementsAre(1, 0, 1, 1));
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kTwosComplement, 2)), ElementsAre(1, 1, 1));
}

// −3 + 8 = 5 = 1 + 4 · 1
TEST(NegativeWeights, AreShiftedUnderOffset) {
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kOffset, 1)), ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kOffset, 2)), ElementsAre(1, 1));
}

// 2 · −3 + 1 = −5 = 1 − 2 + 4 − 8
TEST(NegativeWeights, AreSumsOfOnesOfBothSignsUnderBipolar) {
  EXPECT_THAT(digits_of_minus_three(array_of(encodings::kBipolar, 1)), ElementsAre(1, -1, 1, -1));
}

// W = (Σ c_i b_i − what the correction takes of Σ A for A = 1) / divisor, for every weight of 4
// bits.
TEST(NegativeWeights, AddUpToTheWeightAgain) {
  for (const MappingCase& mapping : every_encoding()) {
    IntegerLayer layer = linear_layer(1, {mapping.weight_odd ? -15 : -8}, 4, 4);
    layer.weight_odd = mapping.weight_odd;
    const WeightCode code = mapping.array.encoding->code(layer, mapping.array);
    const Correction& c = code.correction;
    for (std::int64_t index = -8; index < 8; ++index) {
      const std::int64_t weight = mapping.weight_odd ? 2 * index + 1 : index;
      std::int64_t stored = 0;
      for (std::size_t plane = 0; plane < code.plane_weights.size(); ++plane)
        stored += code.plane_weights[plane] * code.digit(weight, static_cast<std::int64_t>(plane));
      EXPECT_EQ(stored - c.reference_weight - c.input_sum_weight, c.divisor * weight)
          << describe(mapping);
    }
  }
}

TEST(NegativeWeights, EveryEncodingIsAmongTheCasesOfTests) {
  for (const EncodingPolicy* encoding : all_policies<EncodingPolicy>())
    EXPECT_TRUE(std::ranges::any_of(every_encoding(), [&](const MappingCase& mapping) {
      return mapping.array.encoding == Encoding(*encoding);
    })) << encoding->name;
}

TEST(NegativeWeights, TakeOneBitMoreOnlyWhereTheMostNegativeOneOccurs) {
  EXPECT_EQ(magnitude_bits(linear_layer(1, {-7, 7}, 4, 4)), 3);
  EXPECT_EQ(magnitude_bits(linear_layer(1, {-8, 7}, 4, 4)), 4);
}

}  // namespace
}  // namespace bitline
