#include "bitline/kernels/layer_adc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;

CimLayer layer_of(Encoding encoding, OffsetRemoval removal = OffsetRemoval::kReferenceColumn) {
  ArraySpec array;
  array.encoding = encoding;
  array.offset_removal = removal;
  return map_layer(test::linear_layer(1, {1, -2, 3}, 4, 4), array);
}

void expect_factors(const LayerAdc& adc, std::int64_t column, std::int64_t reference,
                    std::int64_t input_sum, const Rational& unit) {
  EXPECT_EQ(adc.adc_factor, column);
  EXPECT_EQ(adc.reference_factor, reference);
  EXPECT_EQ(adc.input_sum_factor, input_sum);
  EXPECT_EQ(adc.unit, unit);
}

// 14/5 · S needs no common unit but its own.
TEST(LayerAdc, WithoutCorrectionTheUnitIsTheTables) {
  const CimLayer layer = layer_of(encodings::kDifferential);
  expect_factors(make_layer_adc(layer, {-3, 3, {1}, {0, 1}, Rational(14, 5)}), 1, 0, 0,
                 Rational(14, 5));
}

// (14/5 · S − Σ A) / 2 = (14 S − 5 Σ A) · 1/10.
TEST(LayerAdc, BipolarPutsTheInputSumOverTheTablesUnit) {
  const CimLayer layer = layer_of(encodings::kBipolar);
  expect_factors(make_layer_adc(layer, {-3, 3, {1}, {0, 1}, Rational(14, 5)}), 14, 0, 5,
                 Rational(1, 10));
}

// 14/5 · S − 8 · 3/2 · S_ref = (7 S − 30 S_ref) · 2/5.
TEST(LayerAdc, OffsetPutsBothTablesOverOneUnit) {
  const CimLayer layer = layer_of(encodings::kOffset);
  const CodeTable table{0, 3, {1}, {0, 1}, Rational(14, 5)};
  const CodeTable reference{0, 3, {2}, {0, 1}, Rational(3, 2)};
  expect_factors(make_layer_adc(layer, std::vector<CodeTable>{table}, reference), 7, 30, 0,
                 Rational(2, 5));
}

// 14/5 · S − 8 · Σ A = (7 S − 20 Σ A) · 2/5.
TEST(LayerAdc, DigitallyRemovedOffsetPutsTheInputSumOverTheTablesUnit) {
  const CimLayer layer = layer_of(encodings::kOffset, OffsetRemoval::kDigital);
  expect_factors(make_layer_adc(layer, {0, 3, {1}, {0, 1}, Rational(14, 5)}), 7, 0, 20,
                 Rational(2, 5));
}

// 14/5 · S + Σ_t F_t Σ A = (14 S + 5 Σ_t F_t Σ A) · 1/5.
TEST(LayerAdc, ComplementsComeOverTheTablesUnit) {
  ArraySpec array;
  array.encoding = encodings::kTwosComplement;
  array.column_flip = ColumnFlip::kComplement;
  const CimLayer layer = map_layer(test::linear_layer(1, {1, -2, 3}, 4, 4), array);
  const LayerAdc adc = make_layer_adc(layer, {0, 1, {1}, {0, 1}, Rational(14, 5)});
  expect_factors(adc, 14, 0, 0, Rational(1, 5));
  EXPECT_EQ(adc.complement_factor, 5);
}

TEST(LayerAdc, ReferenceColumnIsLosslessUnlessGivenATable) {
  const LayerAdc adc = make_layer_adc(layer_of(encodings::kOffset), lossless_table({0, 3}));
  EXPECT_TRUE(adc.reference.lossless);
  for (std::int64_t p = 0; p <= 3; ++p) EXPECT_EQ(adc.reference.value(p), p);
}

std::string refusal(const CimLayer& layer, const CodeTable& table, const CodeTable& reference) {
  return message_of([&] { make_layer_adc(layer, std::vector<CodeTable>{table}, reference); });
}

TEST(LayerAdc, RefusesTablesThatDoNotCoverTheLayersSums) {
  const CimLayer layer = layer_of(encodings::kOffset);
  EXPECT_THAT(refusal(layer, lossless_table({0, 2}), lossless_table({0, 3})),
              HasSubstr("normal column sums to 0 … 3, but its ADC's table covers 0 … 2"));
  EXPECT_THAT(refusal(layer, lossless_table({0, 3}), lossless_table({1, 3})),
              HasSubstr("reference column sums to 0 … 3, but its ADC's table covers 1 … 3"));
}

// Σ c = Σ g = 15, one tile, and values up to 2^31: 225 · 2^31 < 2^39. A unit of odd / 3 beside 8 ·
// Σ A makes the factor that odd number, which leaves room below 2^24 only.
TEST(LayerAdc, RefusesOutputsThatMightNotFit64Bits) {
  const CimLayer layer = layer_of(encodings::kOffset, OffsetRemoval::kDigital);
  const std::int32_t largest = INT32_MAX;
  const Rational fine((1 << 20) + 1, 3);
  const Rational finer((1 << 26) + 1, 3);
  EXPECT_EQ(refusal(layer, {0, 3, {1}, {0, largest}, fine}, {}), "nothing was thrown");
  EXPECT_THAT(refusal(layer, {0, 3, {1}, {0, largest}, finer}, {}), HasSubstr("64 bits"));
}

}  // namespace
}  // namespace bitline
