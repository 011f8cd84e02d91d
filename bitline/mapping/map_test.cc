// Weights to planes and activations to streams, by hand and for every kind of mapping.
#include "bitline/mapping/map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::linear_layer;
using testing::ElementsAre;

std::vector<int> digits_of(const CimLayer& layer) {
  const auto digits = layer.planes.digits.data<std::int8_t>();
  return {digits.begin(), digits.end()};
}

std::vector<std::int64_t> streams_of(const CimLayer& layer, std::int64_t activation) {
  std::vector<std::int64_t> digits;
  for (std::int64_t j = 0; j < layer.streams.count(); ++j)
    digits.push_back(layer.streams.digit(activation, j));
  return digits;
}

ArraySpec array_of(Encoding encoding, int cell_bits = 1, int dac_bits = 1) {
  ArraySpec array;
  array.encoding = encoding;
  array.cell_bits = cell_bits;
  array.dac_bits = dac_bits;
  return array;
}

// −5 = −(1 + 4), 6 = 2 + 4.
TEST(MapLayer, DifferentialWritesSignAndMagnitude) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-5, 6}, 4, 4), array_of(encodings::kDifferential));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 2, 4));
  EXPECT_THAT(digits_of(layer), ElementsAre(-1, 0, /**/ 0, 1, /**/ -1, 1));
  EXPECT_EQ(layer.sums.minimum, -2);
  EXPECT_EQ(layer.sums.maximum, 2);
}

// −5 = −(1 + 4 · 1), 6 = 2 + 4 · 1.
TEST(MapLayer, DifferentialTakesTwoBitDigits) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-5, 6}, 4, 4), array_of(encodings::kDifferential, 2, 3));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 4));
  EXPECT_THAT(digits_of(layer), ElementsAre(-1, 2, /**/ -1, 1));
  EXPECT_EQ(layer.sums.maximum, 2 * 3 * 7);
}

TEST(MapLayer, MostNegativeWeightCostsOnePlaneUnderDifferential) {
  const CimLayer layer = map_layer(linear_layer(1, {-8}, 4, 4), array_of(encodings::kDifferential));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(digits_of(layer), ElementsAre(0, 0, 0, -1));
}

// Two planes of two bits hold magnitudes up to 15 anyway.
TEST(MapLayer, MostNegativeWeightMayFitThePlanesThereAre) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-8}, 4, 4), array_of(encodings::kDifferential, 2));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 4));
  EXPECT_THAT(digits_of(layer), ElementsAre(0, -2));
}

TEST(MapLayer, DigitalSubtractionSeesOneColumnAtATime) {
  ArraySpec array = array_of(encodings::kDifferential, 2);
  array.subtract = Subtract::kDigital;
  const CimLayer layer = map_layer(linear_layer(1, {-5, 6}, 4, 4), array);
  EXPECT_TRUE(layer.subtract_digitally);
  EXPECT_EQ(layer.sums.minimum, 0);
  EXPECT_EQ(layer.sums.maximum, 2 * 3);
  EXPECT_EQ(layer.conversions(), 2 * 2 * 4);  // 2 columns, 2 planes, 4 streams
}

// −3 = −1 − 2, −1 = 1 − 2, 1 = −1 + 2, 3 = 1 + 2.
TEST(MapLayer, BipolarWritesTheOddGrid) {
  IntegerLayer odd = linear_layer(1, {-3, -1, 1, 3}, 2, 4);
  odd.weight_odd = true;
  const CimLayer layer = map_layer(odd, array_of(encodings::kBipolar));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 2));
  EXPECT_THAT(digits_of(layer), ElementsAre(-1, 1, -1, 1, /**/ -1, -1, 1, 1));
  EXPECT_EQ(layer.correction.input_sum_weight, 0);
  EXPECT_EQ(layer.correction.divisor, 1);
  EXPECT_EQ(layer.sums.minimum, -4);
  EXPECT_EQ(layer.sums.maximum, 4);
}

// 2W + 1 of −2, −1, 0, 1 is −3, −1, 1, 3.
TEST(MapLayer, BipolarStoresTwiceAnOrdinaryWeightPlusOne) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-2, -1, 0, 1}, 2, 4), array_of(encodings::kBipolar));
  EXPECT_THAT(digits_of(layer), ElementsAre(-1, 1, -1, 1, /**/ -1, -1, 1, 1));
  EXPECT_EQ(layer.correction.input_sum_weight, 1);
  EXPECT_EQ(layer.correction.divisor, 2);
}

// −3 is 1101 in two's complement: sign 1, and 101 below it, cut into 01 and 1.
TEST(MapLayer, TwosComplementHasASignPlane) {
  const CimLayer layer =
      map_layer(linear_layer(1, {-3, 6}, 4, 4), array_of(encodings::kTwosComplement, 2));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 4, -8));
  EXPECT_THAT(digits_of(layer), ElementsAre(1, 2, /**/ 1, 1, /**/ 1, 0));
  EXPECT_EQ(layer.sums.minimum, 0);
  EXPECT_EQ(layer.sums.maximum, 2 * 3);
}

// −3 + 8 = 5 = 1 + 4 · 1, 6 + 8 = 14 = 2 + 4 · 3.
TEST(MapLayer, OffsetStoresWhatIsNotNegativeAndHasAReferenceColumn) {
  const CimLayer layer =
      map_layer(linear_layer(3, {-3, 6, 0, 0, 0, 0}, 4, 4), array_of(encodings::kOffset, 2, 2));
  EXPECT_THAT(layer.planes.weights, ElementsAre(1, 4));
  EXPECT_THAT(digits_of(layer), ElementsAre(1, 2, 0, 0, 0, 0, /**/ 1, 3, 2, 2, 2, 2));
  EXPECT_EQ(layer.correction.reference_weight, 8);
  EXPECT_EQ(layer.reference_sums.minimum, 0);
  EXPECT_EQ(layer.reference_sums.maximum, 2 * 3);
  EXPECT_EQ(layer.conversions(), 3 * 2 * 2);        // 3 outputs, 2 planes, 2 streams
  EXPECT_EQ(layer.reference_conversions(), 1 * 2);  // 1 tile, 2 streams
}

TEST(MapLayer, OffsetMayBeRemovedDigitally) {
  ArraySpec array = array_of(encodings::kOffset);
  array.offset_removal = OffsetRemoval::kDigital;
  const CimLayer layer = map_layer(linear_layer(1, {-3}, 4, 4), array);
  EXPECT_FALSE(layer.has_reference_column());
  EXPECT_EQ(layer.correction.input_sum_weight, 8);
  EXPECT_EQ(layer.reference_conversions(), 0);
}

// 13 = 1 + 4 + 8 = 5 + 8 · 1.
TEST(MapLayer, UnsignedActivationsAreCutIntoDigits) {
  const IntegerLayer layer = linear_layer(1, {1}, 2, 4);
  const CimLayer bits = map_layer(layer, array_of(encodings::kDifferential));
  EXPECT_THAT(bits.streams.weights, ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(streams_of(bits, 13), ElementsAre(1, 0, 1, 1));
  const CimLayer digits = map_layer(layer, array_of(encodings::kDifferential, 1, 3));
  EXPECT_THAT(digits.streams.weights, ElementsAre(1, 8));
  EXPECT_THAT(streams_of(digits, 13), ElementsAre(5, 1));
}

// −3 is 1101: sign 1, and 101 below it, cut into 01 and 1.
TEST(MapLayer, TwosComplementActivationsHaveASignStream) {
  IntegerLayer layer = linear_layer(1, {1}, 2, 4);
  layer.input_signed = true;
  const CimLayer mapped = map_layer(layer, array_of(encodings::kDifferential, 1, 2));
  EXPECT_THAT(mapped.streams.weights, ElementsAre(1, 4, -8));
  EXPECT_THAT(streams_of(mapped, -3), ElementsAre(1, 1, 1));
  EXPECT_THAT(streams_of(mapped, 7), ElementsAre(3, 1, 0));
  EXPECT_THAT(streams_of(mapped, -8), ElementsAre(0, 0, 1));
}

// Without −8 three magnitude bits are enough.
TEST(MapLayer, SignMagnitudeActivationsHaveSignedDigits) {
  IntegerLayer layer = linear_layer(1, {1, 1}, 2, 4);
  layer.input_signed = true;
  ArraySpec array = array_of(encodings::kTwosComplement);
  array.activation_encoding = ActivationEncoding::kSignMagnitude;
  EXPECT_THAT(streams_of(map_layer(layer, array), -8), ElementsAre(0, 0, 0, -1));
  layer.input_narrow = true;
  const CimLayer narrow = map_layer(layer, array);
  EXPECT_THAT(streams_of(narrow, -3), ElementsAre(-1, -1, 0));
  EXPECT_THAT(streams_of(narrow, 6), ElementsAre(0, 1, 1));
  EXPECT_EQ(narrow.sums.minimum, -2);
  EXPECT_EQ(narrow.sums.maximum, 2);
}

TEST(MapLayer, BinaryNetworksDriveTheirActivationsAsTheyAre) {
  IntegerLayer layer = linear_layer(1, {1, -1, 1}, 1, 1);
  layer.weight_odd = layer.input_odd = true;
  const CimLayer mapped = map_layer(layer, array_of(encodings::kBipolar));
  EXPECT_THAT(mapped.streams.weights, ElementsAre(1));
  EXPECT_THAT(streams_of(mapped, -1), ElementsAre(-1));
  EXPECT_THAT(streams_of(mapped, 1), ElementsAre(1));
  EXPECT_THAT(digits_of(mapped), ElementsAre(1, -1, 1));
  EXPECT_EQ(mapped.sums, (SumRange{-3, 3, 2}));
}

/// A binary layer with so many inputs, all weights +1.
IntegerLayer binary_layer(std::size_t inputs) {
  IntegerLayer layer = linear_layer(1, std::vector<std::int32_t>(inputs, 1), 1, 1);
  layer.weight_odd = layer.input_odd = true;
  return layer;
}

// A sum of n numbers −1 or +1 is as odd as n.
TEST(MapLayer, SumsOfABinaryLayerAreTwoApartWhereItsTilesAreOfOneParity) {
  ArraySpec array = array_of(encodings::kBipolar);
  array.rows = 4;
  EXPECT_EQ(map_layer(binary_layer(10), array).sums, (SumRange{-4, 4, 2}));  // 4 + 4 + 2
  EXPECT_EQ(map_layer(binary_layer(9), array).sums, (SumRange{-4, 4, 1}));   // 4 + 4 + 1
  array.rows = 5;
  EXPECT_EQ(map_layer(binary_layer(8), array).sums, (SumRange{-5, 5, 2}));  // 5 + 3
  EXPECT_EQ(map_layer(binary_layer(10), array).sums.count(), 6);            // 5 + 5
}

// A bit that is 0 drives no row, and a cell that is 0 adds nothing.
TEST(MapLayer, SumsOfOtherLayersAreOneApart) {
  IntegerLayer unsigned_inputs = binary_layer(4);
  unsigned_inputs.input_odd = false;
  EXPECT_EQ(map_layer(unsigned_inputs, array_of(encodings::kBipolar)).sums.step, 1);
  IntegerLayer pairs = linear_layer(1, {1, -1, 1, 1}, 2, 1);
  pairs.input_odd = true;
  EXPECT_EQ(map_layer(pairs, array_of(encodings::kDifferential)).sums.step, 1);
}

/// Σ_i c_i b_i of one weight of a layer with one output and one tile.
std::int64_t recombine(const CimLayer& layer, std::size_t weight) {
  const auto digits = layer.planes.digits.data<std::int8_t>();
  const auto weights = static_cast<std::size_t>(layer.weights.size());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < layer.planes.weights.size(); ++i) {
    const std::int64_t stored = digits[i * weights + weight];
    const bool flipped = layer.planes.sign(static_cast<std::int64_t>(i), 0, 0) < 0;
    sum += layer.planes.weights[i] * (flipped ? layer.planes.flip_totals[i] - stored : stored);
  }
  return sum;
}

// divisor · W = Σ c_i b_i − reference_weight − input_sum_weight, as both corrections add the same
// multiple of every input.
TEST(MapLayer, DigitsRecombineToEveryWeightOfEveryGrid) {
  for (const test::MappingCase& mapping : test::every_mapping())
    for (int bits = mapping.array.encoding == encodings::kDifferential ? 2 : 1; bits <= 6; ++bits) {
      const std::int32_t half = 1 << (bits - 1);
      std::vector<std::int32_t> all;
      for (std::int32_t w = -half; w < half; ++w) all.push_back(mapping.weight_odd ? 2 * w + 1 : w);
      IntegerLayer layer = linear_layer(1, all, bits, 4);
      layer.weight_odd = mapping.weight_odd;
      const CimLayer mapped = map_layer(layer, mapping.array);
      const Correction& correction = mapped.correction;
      for (std::size_t k = 0; k < all.size(); ++k)
        ASSERT_EQ(correction.divisor * all[k],
                  recombine(mapped, k) - correction.reference_weight - correction.input_sum_weight)
            << test::describe(mapping) << " at " << bits << " bits";
    }
}

TEST(MapLayer, DigitsStayWithinTheCells) {
  Random random(1);
  const auto draw = test::draw_from(random);
  for (const test::MappingCase& mapping : test::every_mapping()) {
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    const int largest = (1 << mapping.array.cell_bits) - 1;
    const bool negative = mapping.array.encoding == encodings::kDifferential ||
                          mapping.array.encoding == encodings::kBipolar;
    const bool zero = mapping.array.encoding != encodings::kBipolar;
    for (const int digit : digits_of(map_layer(layer, mapping.array))) {
      ASSERT_LE(digit, largest) << test::describe(mapping);
      ASSERT_GE(digit, negative ? -largest : 0) << test::describe(mapping);
      ASSERT_TRUE(zero || digit != 0) << test::describe(mapping);
    }
  }
}

TEST(MapLayer, StreamsRecombineToEveryActivation) {
  Random random(2);
  const auto draw = test::draw_from(random);
  for (const test::MappingCase& mapping : test::every_mapping()) {
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    const std::int64_t smallest = test::smallest_activation(layer);
    const std::int64_t count =
        layer.input_odd ? 2 : (std::int64_t{1} << layer.input_bits) - (layer.input_narrow ? 1 : 0);
    for (std::int64_t n = 0; n < count; ++n) {
      const std::int64_t activation = smallest + n * (layer.input_odd ? 2 : 1);
      ASSERT_EQ(mapped.streams.recombine(activation), activation) << test::describe(mapping);
      for (const std::int64_t digit : streams_of(mapped, activation)) {
        ASSERT_LE(digit, mapped.streams.range().maximum);
        ASSERT_GE(digit, mapped.streams.range().minimum);
      }
    }
  }
}

TEST(MapLayer, ActivationsOutsideTheStreamsDoNotRecombine) {
  const CimLayer mapped = map_layer(linear_layer(1, {1}, 2, 4), array_of(encodings::kDifferential));
  EXPECT_NE(mapped.streams.recombine(16), 16);
  EXPECT_NE(mapped.streams.recombine(-1), -1);
  IntegerLayer binary = linear_layer(1, {1}, 2, 1);
  binary.input_odd = true;
  EXPECT_NE(map_layer(binary, array_of(encodings::kDifferential)).streams.recombine(0), 0);
}

}  // namespace
}  // namespace bitline
