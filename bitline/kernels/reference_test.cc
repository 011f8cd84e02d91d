// The definition against sums worked out by hand.
#include "bitline/kernels/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/base/error.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/reference_engine.h"

namespace bitline {
namespace {

using test::accumulate;
using test::describe;
using test::linear_layer;
using test::lossless;
using test::MappingCase;
using testing::ElementsAre;
using Bias = std::vector<std::int32_t>;

ArraySpec array_of(Encoding encoding) {
  ArraySpec array;
  array.encoding = encoding;
  return array;
}

/// The sums that a plane and a stream gave, in ascending order.
std::vector<std::int64_t> sums_seen(const Histogram& histogram) {
  std::vector<std::int64_t> sums;
  for (std::int64_t p = histogram.minimum(); p <= histogram.maximum(); ++p)
    sums.insert(sums.end(), static_cast<std::size_t>(histogram.count(p)), p);
  return sums;
}

// 3 = 1 + 2 and −2 = −2; 5 = 101 and 6 = 110. Plane 0 sees the bits of 5 from the least: 1, 0, 1.
// Plane 1 sees those of 5 less those of 6: 1 − 0, 0 − 1, 1 − 1.
// (1 + 4) + 2 (1 − 2) = 3 = 3 · 5 − 2 · 6.
TEST(Reference, SumsADifferentialLayer) {
  const CimLayer layer =
      map_layer(linear_layer(1, {3, -2}, 3, 3), array_of(encodings::kDifferential));
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), {5, 6}, &histogram), ElementsAre(3));
  EXPECT_THAT(sums_seen(histogram.of(0, 0, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(0, 1, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(0, 2, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(1, 0, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(1, 1, 0)), ElementsAre(-1));
  EXPECT_THAT(sums_seen(histogram.of(1, 2, 0)), ElementsAre(0));
}

// The same sums through a comparator at 1 whose values are 0 and 3 = 2 · 3/2:
// plane 0: 3 · (1 + 4), plane 1: 2 · 3 · 1. Y = 21 = 14 · 3/2.
TEST(Reference, PutsEverySumThroughTheTable) {
  const CimLayer layer =
      map_layer(linear_layer(1, {3, -2}, 3, 3), array_of(encodings::kDifferential));
  const LayerAdc adc =
      make_layer_adc(layer, {-2, 2, /*thresholds=*/{1}, /*values=*/{0, 2}, Rational(3, 2)});
  EXPECT_THAT(accumulate(layer, adc, {5, 6}), ElementsAre(14));
  EXPECT_EQ(adc.unit, Rational(3, 2));
}

// The column of +cells sees 1, 0, 1 twice, that of −cells 0, 0, 0 and 0, 1, 1. With the values 0
// and 3: plane 0: 3 + 12; plane 1: 2 (3 − 2 · 3 + 4 (3 − 3)) = −6. Y = 9.
TEST(Reference, ReadsBothColumnsOfAPairThatIsSubtractedDigitally) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.subtract = Subtract::kDigital;
  const CimLayer layer = map_layer(linear_layer(1, {3, -2}, 3, 3), array);
  LayerHistogram histogram(layer, false);
  const LayerAdc adc = make_layer_adc(layer, {0, 2, {1}, {0, 3}, 1});
  EXPECT_THAT(accumulate(layer, adc, {5, 6}, &histogram), ElementsAre(9));
  EXPECT_THAT(sums_seen(histogram.of(1, 0, 0)), ElementsAre(0, 1));
  EXPECT_THAT(sums_seen(histogram.of(1, 2, 0)), ElementsAre(1, 1));
}

// Two tiles of one row: 3 sees the bits 1, 0, 1 in both planes, −2 sees 0, −1, −1 in plane 1. With
// h = 1 and −1 in plane 0, 0 and 2 in plane 1, a comparator at 1 finds in plane 0 (2, 1, 2) three
// times 3 and (−1, −1, −1) nothing, in plane 1 (1, 0, 1) twice and (2, 1, 1) three times:
// 3 · 7 + 2 · 3 (1 + 4) + 2 · 3 · 7 = 93. h itself leaves: 7 (1 − 1 + 2 (0 + 2)) = 28. Y = 65.
TEST(Reference, ColumnsSeeTheirBiasAndDoNotKeepIt) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.rows = 1;
  const CimLayer layer = map_layer(linear_layer(1, {3, -2}, 3, 3), array);
  const CodeTable table{-1, 1, /*thresholds=*/{1}, /*values=*/{0, 2}, Rational(3, 2)};
  const LayerAdc adc = make_layer_adc(layer, std::vector{table}, Bias{1, -1, 0, 2});
  EXPECT_EQ(adc.unit, Rational(1, 2));
  EXPECT_THAT(accumulate(layer, adc, {5, 6}), ElementsAre(130));
}

// h⁺ = 1 in plane 0, h⁻ = 1 in plane 1. Plane 0: (2, 1, 2) and (0, 0, 0) give 3 · 7. Plane 1:
// (1, 0, 1) and (1, 2, 2) give 3 (5 − 7). 21 − 12 = 9, less 7 (1 − 2).
TEST(Reference, HalvesOfAPairHaveABiasOfTheirOwn) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.subtract = Subtract::kDigital;
  const CimLayer layer = map_layer(linear_layer(1, {3, -2}, 3, 3), array);
  const CodeTable table{0, 2, {1}, {0, 3}, 1};
  const LayerAdc adc = make_layer_adc(layer, std::vector{table}, Bias{1, 0, 0, 1});
  EXPECT_THAT(accumulate(layer, adc, {5, 6}), ElementsAre(16));
}

// Both columns are stored negated: they see 1, 0, 1 and 0, 1, 1, with h = 1 and −1 (2, 1, 2) and
// (−1, 0, 0). −3 · 7 = −21, less 7 (−1 + 2).
TEST(Reference, AFlippedColumnsBiasCountsNegated) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.column_flip = ColumnFlip::kSign;
  const CimLayer layer = map_layer(linear_layer(1, {-1, -2}, 3, 3), array);
  const CodeTable table{-2, 2, {1}, {0, 3}, 1};
  const LayerAdc adc = make_layer_adc(layer, std::vector{table}, Bias{1, -1});
  EXPECT_THAT(accumulate(layer, adc, {5, 6}), ElementsAre(-28));
}

// An idle read sees h, too.
TEST(Reference, ABiasIsSeenWhereNothingIsDriven) {
  const CimLayer layer =
      map_layer(linear_layer(1, {1, 1}, 2, 2), array_of(encodings::kDifferential));
  const CodeTable table{-2, 2, {2}, {0, 5}, 1};
  EXPECT_THAT(accumulate(layer, make_layer_adc(layer, std::vector{table}, Bias{2}), {0, 0}),
              ElementsAre(5 * 3 - 2 * 3));
}

TEST(Reference, ABiasNeedsItsColumnsAndThresholds) {
  const CimLayer layer =
      map_layer(linear_layer(1, {1, 1}, 2, 2), array_of(encodings::kDifferential));
  const CodeTable table{-2, 2, {2}, {0, 5}, 1};
  EXPECT_THAT(
      [&] {
        make_layer_adc(layer, std::vector{table}, Bias{2, 3});
      },
      testing::ThrowsMessage<Error>(testing::HasSubstr("a bias for 2 columns")));
  EXPECT_THAT([&] { make_layer_adc(layer, std::vector{lossless_table(layer.sums)}, Bias{2}); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("its ADCs are lossless")));
}

// 2W + 1 = 3 and −3: cells +1 and −1 in both planes. The bits of 1 and 2 give the sums 1 and −1 in
// both planes: (1 + 2)(1 − 2) = −3, and (−3 − (1 + 2)) / 2 = −3 = 1 − 2 · 2.
TEST(Reference, TakesTheSumOfTheInputsFromABipolarLayer) {
  const CimLayer layer = map_layer(linear_layer(1, {1, -2}, 2, 2), array_of(encodings::kBipolar));
  LayerHistogram histogram(layer, false);
  const LayerAdc adc = lossless(layer);
  EXPECT_THAT(accumulate(layer, adc, {1, 2}, &histogram), ElementsAre(-6));
  EXPECT_EQ(adc.unit, Rational(1, 2));
  EXPECT_THAT(sums_seen(histogram.of(0, 0, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(1, 1, 0)), ElementsAre(-1));
}

// 3 · 1 − 3 · 2 = −3 on the odd grid, with nothing to correct.
TEST(Reference, SumsABipolarLayerOfTheOddGrid) {
  IntegerLayer odd = linear_layer(1, {3, -3}, 2, 2);
  odd.weight_odd = true;
  const CimLayer layer = map_layer(odd, array_of(encodings::kBipolar));
  const LayerAdc adc = lossless(layer);
  EXPECT_THAT(accumulate(layer, adc, {1, 2}), ElementsAre(-3));
  EXPECT_EQ(adc.unit, Rational(1));
}

// (+1)(−1) + (−1)(−1) + (+1)(+1) = 1: one conversion for the whole output.
TEST(Reference, SumsABinaryLayer) {
  IntegerLayer binary = linear_layer(1, {1, -1, 1}, 1, 1);
  binary.weight_odd = binary.input_odd = true;
  const CimLayer layer = map_layer(binary, array_of(encodings::kBipolar));
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), {-1, -1, 1}, &histogram), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.total()), ElementsAre(1));
}

// 1 = 1 − 2 · 0 and −2 = 0 − 2 · 1: plane 0 sees the bits of 1, plane 1 those of 2.
// 1 · 1 − 2 · 2 = −3.
TEST(Reference, SumsATwosComplementLayer) {
  const CimLayer layer =
      map_layer(linear_layer(1, {1, -2}, 2, 2), array_of(encodings::kTwosComplement));
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), {1, 2}, &histogram), ElementsAre(-3));
  EXPECT_THAT(sums_seen(histogram.of(0, 0, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(0, 1, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(1, 0, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(1, 1, 0)), ElementsAre(1));
}

// 1 + 2 = 3 and −2 + 2 = 0: both planes see the bits of 1, (1 + 2) · 1 = 3. The reference column
// sees one 1 in each stream, 1 + 2 = 3, and 3 − 2 · 3 = −3.
TEST(Reference, SumsAnOffsetLayer) {
  const CimLayer layer = map_layer(linear_layer(1, {1, -2}, 2, 2), array_of(encodings::kOffset));
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), {1, 2}, &histogram), ElementsAre(-3));
  EXPECT_EQ(statistics(histogram.total()).total, 4);  // the reference column is not counted
}

// The reference column's comparator at 1 makes 2 of its 1: 3 − 2 · (1 + 2) · 2 = −9.
TEST(Reference, ReadsTheReferenceColumnThroughItsOwnTable) {
  const CimLayer layer = map_layer(linear_layer(1, {1, -2}, 2, 2), array_of(encodings::kOffset));
  const LayerAdc adc =
      make_layer_adc(layer, std::vector<CodeTable>{lossless_table({0, 2})}, {0, 2, {1}, {0, 2}, 1});
  EXPECT_THAT(accumulate(layer, adc, {1, 2}), ElementsAre(-9));
}

/// 3, −1, 1 in two's complement: planes 1, 1, 1 and 1, 1, 0 store 0, 0, 0 and 0, 0, 1; the sign
/// plane holds 0, 1, 0. Inputs of 2 bits.
CimLayer complemented_layer() {
  ArraySpec array = array_of(encodings::kTwosComplement);
  array.column_flip = ColumnFlip::kComplement;
  return map_layer(linear_layer(1, {3, -1, 1}, 3, 2), array);
}

// The streams of 1, 2, 3 are 1, 0, 1 and 0, 1, 1. Plane 1 sees 1 and 1, the sign plane 0 and 1:
// S = −2 (1 + 2) − 4 (2) = −14. The complements add (1 + 2) · (1 + 2 + 3) = 18, and
// 18 − 14 = 4 = 3 · 1 − 1 · 2 + 1 · 3.
TEST(Reference, SumsComplementedColumns) {
  const CimLayer layer = complemented_layer();
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), {1, 2, 3}, &histogram), ElementsAre(4));
  EXPECT_THAT(sums_seen(histogram.of(0, 0, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(0, 1, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(1, 0, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(1, 1, 0)), ElementsAre(1));
  EXPECT_THAT(sums_seen(histogram.of(2, 0, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(2, 1, 0)), ElementsAre(1));
}

// A comparator at 1 makes 3 of every 1: S = −42, but what the complements add stays 18.
TEST(Reference, ConvertsWhatComplementedColumnsStore) {
  const CimLayer layer = complemented_layer();
  EXPECT_THAT(accumulate(layer, make_layer_adc(layer, {0, 1, {1}, {0, 3}, 1}), {1, 2, 3}),
              ElementsAre(-24));
}

// Plane 0 of −3, 1, 1 holds −1, 1, 1 and sees 0 and 2; plane 1 stores 1, 0, 0 for −1, 0, 0 and sees
// 1 and 0. (0 + 2 · 2) − 2 (1 + 0) = 2 = −3 · 1 + 1 · 2 + 1 · 3. With 3 for every sum from 1 on:
// 2 · 3 − 2 · 3 = 0.
TEST(Reference, SumsNegatedColumns) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.column_flip = ColumnFlip::kSign;
  const CimLayer layer = map_layer(linear_layer(1, {-3, 1, 1}, 3, 2), array);
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), {1, 2, 3}, &histogram), ElementsAre(2));
  EXPECT_THAT(sums_seen(histogram.of(0, 1, 0)), ElementsAre(2));
  EXPECT_THAT(sums_seen(histogram.of(1, 0, 0)), ElementsAre(1));
  EXPECT_THAT(accumulate(layer, make_layer_adc(layer, {-3, 3, {1}, {0, 3}, 1}), {1, 2, 3}),
              ElementsAre(0));
}

/// Zero-rise with 4 levels and δ = 8: Δ = 4, thresholds −4, 0, 4, values −6, −2, 2, 6.
LayerAdc zero_rise(const CimLayer& layer) {
  return make_layer_adc(layer,
                        {layer.sums.minimum, layer.sums.maximum, {-4, 0, 4}, {-3, -1, 1, 3}, 2});
}

// One tile, one plane with c = 1, four streams: code(0) stands for 2, and 2 · (1 + 2 + 4 + 8) = 30.
TEST(Reference, AllZeroStreamsAddTheValueOfTheCodeOfZero) {
  const CimLayer layer = map_layer(linear_layer(1, {1, -1, 1, 1, -1, 1, 1, 1}, 2, 4),
                                   array_of(encodings::kDifferential));
  const LayerAdc adc = zero_rise(layer);
  const std::vector<std::int64_t> outputs = accumulate(layer, adc, std::vector<std::int32_t>(8, 0));
  EXPECT_EQ(Rational(outputs[0]) * adc.unit, Rational(30));
}

// A flipped column counts it with the sign −1.
TEST(Reference, AllZeroStreamsOfAFlippedColumnTakeTheValueOfTheCodeOfZero) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.column_flip = ColumnFlip::kSign;
  const CimLayer layer = map_layer(linear_layer(1, std::vector<std::int32_t>(8, -1), 2, 4), array);
  const LayerAdc adc = zero_rise(layer);
  const std::vector<std::int64_t> outputs = accumulate(layer, adc, std::vector<std::int32_t>(8, 0));
  EXPECT_EQ(Rational(outputs[0]) * adc.unit, Rational(-30));
}

// The second tile of 3 rows is a conversion of its own: 8 + 3 rows, 2 · 30. A sum of 2 in stream 0
// of the second tile still reads 2.
TEST(Reference, TilesThatTheFanInDoesNotFillAreConvertedToo) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.rows = 8;
  const CimLayer layer = map_layer(linear_layer(1, std::vector<std::int32_t>(11, 1), 2, 4), array);
  const LayerAdc adc = zero_rise(layer);
  std::vector<std::int32_t> activations(11, 0);
  activations[8] = activations[9] = 1;
  LayerHistogram histogram(layer, true);
  const std::vector<std::int64_t> outputs = accumulate(layer, adc, activations, &histogram);
  EXPECT_EQ(Rational(outputs[0]) * adc.unit, Rational(60));
  EXPECT_THAT(sums_seen(histogram.of(0, 0, 0)), ElementsAre(0));
  EXPECT_THAT(sums_seen(histogram.of(0, 0, 1)), ElementsAre(2));
}

// Each column of a pair reads 2 for nothing, and 2 − 2 = 0.
TEST(Reference, DigitalSubtractionCancelsTheValueOfTheCodeOfZero) {
  ArraySpec array = array_of(encodings::kDifferential);
  array.subtract = Subtract::kDigital;
  const CimLayer layer = map_layer(linear_layer(1, {1, -1}, 2, 4), array);
  EXPECT_THAT(accumulate(layer, zero_rise(layer), {0, 0}), ElementsAre(0));
}

// 128 rows of digits 15 driven by digits 15 sum to 28,800; of digits −15 to −28,800.
TEST(Reference, TilesOfOnesReachBothEndsOfTheRange) {
  std::vector<std::int32_t> weights(256, 15);
  std::fill(weights.begin() + 128, weights.end(), -15);
  ArraySpec array = array_of(encodings::kDifferential);
  array.cell_bits = array.dac_bits = 4;
  const std::vector<std::int32_t> activations(128, 15);
  const CimLayer layer = map_layer(linear_layer(2, weights, 5, 4), array);
  LayerHistogram histogram(layer, false);
  EXPECT_THAT(accumulate(layer, lossless(layer), activations, &histogram),
              ElementsAre(28800, -28800));
  EXPECT_EQ(histogram.total().minimum(), -28800);
  EXPECT_THAT(sums_seen(histogram.total()), ElementsAre(-28800, 28800));

  array.subtract = Subtract::kDigital;
  const CimLayer digital = map_layer(linear_layer(2, weights, 5, 4), array);
  LayerHistogram columns(digital, false);
  EXPECT_THAT(accumulate(digital, lossless(digital), activations, &columns),
              ElementsAre(28800, -28800));
  EXPECT_THAT(sums_seen(columns.total()), ElementsAre(0, 0, 28800, 28800));
}

// 128 rows of one bit: p = N is not the same as p = 0 for any encoding.
TEST(Reference, AFullTileOfSingleBitsIsNotZero) {
  for (const MappingCase& mapping : test::every_encoding()) {
    IntegerLayer layer = linear_layer(2, std::vector<std::int32_t>(256, 1), 2, 1);
    std::fill(layer.weights.data<std::int32_t>().begin() + 128,
              layer.weights.data<std::int32_t>().end(), -1);
    layer.weight_odd = mapping.weight_odd;
    const CimLayer mapped = map_layer(layer, mapping.array);
    const LayerAdc adc = lossless(mapped);
    const auto outputs = accumulate(mapped, adc, std::vector<std::int32_t>(128, 1));
    EXPECT_EQ(Rational(outputs[0]) * adc.unit, Rational(128)) << describe(mapping);
    EXPECT_EQ(Rational(outputs[1]) * adc.unit, Rational(-128)) << describe(mapping);
  }
}

TEST(Reference, RefusesWhatDoesNotBelongToTheLayer) {
  const CimLayer layer =
      map_layer(linear_layer(1, {1, 1}, 2, 2), array_of(encodings::kDifferential));
  const LayerAdc adc = lossless(layer);
  std::vector<std::int64_t> outputs(1);
  const std::vector<std::int32_t> too_few{1};
  EXPECT_THROW(reference_accumulate(layer, adc, 1, too_few, outputs), Error);
  const std::vector<std::int32_t> too_large{1, 4};
  EXPECT_THROW(reference_accumulate(layer, adc, 1, too_large, outputs), Error);
  const std::vector<std::int32_t> right{1, 3};
  EXPECT_NO_THROW(reference_accumulate(layer, adc, 1, right, outputs));
  outputs.resize(2);
  EXPECT_THROW(reference_accumulate(layer, adc, 1, right, outputs), Error);
}

}  // namespace
}  // namespace bitline
