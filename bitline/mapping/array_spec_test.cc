#include "bitline/mapping/array_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/mapping/network_arrays.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::usage_error;
using testing::HasSubstr;

std::string refusal(const ArraySpec& array) {
  return usage_error([&] { validate(array); });
}

TEST(ArraySpec, DefaultsAreValidAndDriveAllRows) {
  const ArraySpec array;
  EXPECT_NO_THROW(validate(array));
  EXPECT_EQ(array.driven_rows(), 128);
}

TEST(ArraySpec, ActiveRowsAreTheDrivenRows) {
  ArraySpec array;
  array.active_rows = 16;
  EXPECT_NO_THROW(validate(array));
  EXPECT_EQ(array.driven_rows(), 16);
}

TEST(ArraySpec, RefusesNumbersOutOfRange) {
  const auto with = [](auto field, auto value) {
    ArraySpec array;
    array.*field = value;
    return refusal(array);
  };
  EXPECT_THAT(with(&ArraySpec::rows, 0), HasSubstr("rows = 0 is out of range, set it to 1"));
  EXPECT_THAT(with(&ArraySpec::active_rows, 129), HasSubstr("active_rows = 129"));
  EXPECT_THAT(with(&ArraySpec::active_rows, -1), HasSubstr("active_rows = -1"));
  EXPECT_THAT(with(&ArraySpec::columns, 0), HasSubstr("columns = 0"));
  EXPECT_THAT(with(&ArraySpec::cell_bits, 5), HasSubstr("cell_bits = 5"));
  EXPECT_THAT(with(&ArraySpec::cell_bits, 0), HasSubstr("cell_bits = 0"));
  EXPECT_THAT(with(&ArraySpec::dac_bits, 5), HasSubstr("dac_bits = 5"));
  EXPECT_THAT(with(&ArraySpec::dac_bits, 0), HasSubstr("dac_bits = 0"));
  EXPECT_THAT(with(&ArraySpec::columns_per_adc, 0), HasSubstr("columns_per_adc = 0"));
  // A pair of the 128 columns is converted as one.
  EXPECT_THAT(with(&ArraySpec::columns_per_adc, 65), HasSubstr("set it to 1 … 64"));
  ArraySpec single;
  single.subtract = Subtract::kDigital;
  single.columns_per_adc = 128;
  EXPECT_NO_THROW(validate(single));
}

// 16 bit lines are 8 pairs where pairs are subtracted before their ADC.
TEST(ArraySpec, AnAdcIsSharedByColumnsOrByBitLines) {
  ArraySpec array;
  array.bit_lines_per_adc = 16;
  EXPECT_NO_THROW(validate(array));
  EXPECT_EQ(array.inputs_per_adc(), 8);
  EXPECT_EQ(array.adcs(), 8);
  EXPECT_EQ(adcs_in_words(array), "8 per array, each for 8 pairs = 16 bit lines");
  array.encoding = encodings::kTwosComplement;
  EXPECT_EQ(array.inputs_per_adc(), 16);
  EXPECT_EQ(adcs_in_words(array), "8 per array, each for 16 bit lines");
  array = {};
  array.columns_per_adc = 10;  // 6 · 10 + 4 pairs
  EXPECT_EQ(adcs_in_words(array), "7 per array, each for up to 10 pairs = 20 bit lines");
  array.columns_per_adc = 1;
  EXPECT_EQ(adcs_in_words(array), "64 per array, each for 1 pair = 2 bit lines");
}

TEST(ArraySpec, RefusesBitLinesThatTearAPairApartAndBothWaysAtOnce) {
  ArraySpec array;
  array.bit_lines_per_adc = 7;
  EXPECT_THAT(refusal(array), HasSubstr("bit_lines_per_adc = 7 tears a pair apart"));
  array.subtract = Subtract::kDigital;
  EXPECT_NO_THROW(validate(array));
  array.columns_per_adc = 7;
  EXPECT_THAT(refusal(array), HasSubstr("leave one of them out"));
  array.columns_per_adc = 1;
  array.bit_lines_per_adc = 129;
  EXPECT_THAT(refusal(array), HasSubstr("bit_lines_per_adc = 129"));
}

TEST(ArraySpec, AnAdcHasTwoLevelsOrNoLimit) {
  ArraySpec array;
  for (const std::int64_t levels : {1, -1}) {
    array.adc_levels = levels;
    EXPECT_THAT(refusal(array), HasSubstr("adc_levels"));
  }
  array.adc_levels = 2;
  EXPECT_NO_THROW(validate(array));
}

TEST(ArraySpec, TheMostLevelsOfAnyLayerAreThoseOfTheLeastLimited) {
  ArraySpec five;
  five.adc_levels = 5;
  NetworkArrays arrays(five);
  EXPECT_EQ(arrays.most_adc_levels(), 5);
  arrays.layers["conv1"].array.adc_levels = 3;
  EXPECT_EQ(arrays.most_adc_levels(), 5);
  arrays.layers["conv2"].array.adc_levels = 8;
  EXPECT_EQ(arrays.most_adc_levels(), 8);
  arrays.layers["conv2"].array.adc_levels = 0;
  EXPECT_EQ(arrays.most_adc_levels(), std::nullopt);
}

TEST(ArraySpec, BiasRowsLeaveRowsForWeights) {
  ArraySpec array;
  array.active_rows = 16;
  array.bias_rows = 4;
  EXPECT_NO_THROW(validate(array));
  EXPECT_EQ(array.weight_rows(), 12);
  EXPECT_TRUE(array.biases_columns());
  array.bias_rows = 16;
  EXPECT_THAT(refusal(array), HasSubstr("bias_rows = 16 is out of range, set it to 0 … 15"));
  array.bias_rows = 3;
  array.encoding = encodings::kBipolar;
  EXPECT_THAT(refusal(array), HasSubstr("take an even number"));
}

TEST(ArraySpec, ColumnsHaveABiasInOneWayOfTwo) {
  ArraySpec array;
  EXPECT_FALSE(array.biases_columns());
  array.thresholds = Thresholds::kColumn;
  EXPECT_TRUE(array.biases_columns());
  array.bias_rows = 1;
  EXPECT_THAT(refusal(array), HasSubstr("leave one of them out"));
}

TEST(ArraySpec, RefusesOneColumnForAPair) {
  ArraySpec array;
  array.columns = 1;
  EXPECT_THAT(refusal(array), HasSubstr("columns = 1 is out of range, set it to 2"));
  array.encoding = encodings::kOffset;
  EXPECT_NO_THROW(validate(array));
}

TEST(ArraySpec, RefusesBipolarCellsOfSeveralBits) {
  ArraySpec array;
  array.encoding = encodings::kBipolar;
  EXPECT_NO_THROW(validate(array));
  array.cell_bits = 2;
  EXPECT_THAT(refusal(array), HasSubstr("cell_bits = 2 under encoding = bipolar"));
}

TEST(ArraySpec, RefusesChoicesThatBelongToAnotherEncoding) {
  ArraySpec array;
  array.offset_removal = OffsetRemoval::kDigital;
  EXPECT_THAT(refusal(array), HasSubstr("offset_removal = digital under encoding = differential"));
  array.encoding = encodings::kOffset;
  EXPECT_NO_THROW(validate(array));
  array.subtract = Subtract::kDigital;
  EXPECT_THAT(refusal(array), HasSubstr("subtract = digital under encoding = offset"));
}

TEST(ArraySpec, RefusesComplementsOfSignedDigits) {
  ArraySpec array;
  array.column_flip = ColumnFlip::kComplement;
  EXPECT_THAT(refusal(array), HasSubstr("column_flip = complement under encoding = differential"));
  EXPECT_THAT(refusal(array), HasSubstr("take column_flip = sign"));
  array.encoding = encodings::kBipolar;
  EXPECT_THAT(refusal(array), HasSubstr("column_flip = complement under encoding = bipolar"));
  for (const EncodingPolicy* encoding : {&encodings::kTwosComplement, &encodings::kOffset}) {
    array.encoding = *encoding;
    EXPECT_NO_THROW(validate(array));
  }
}

TEST(ArraySpec, RefusesNegatedDigitsInCellsWithoutSigns) {
  ArraySpec array;
  array.column_flip = ColumnFlip::kSign;
  EXPECT_NO_THROW(validate(array));
  array.encoding = encodings::kOffset;
  EXPECT_THAT(refusal(array), HasSubstr("column_flip = sign under encoding = offset"));
  EXPECT_THAT(refusal(array), HasSubstr("take column_flip = complement"));
  array.encoding = encodings::kTwosComplement;
  EXPECT_THAT(refusal(array), HasSubstr("column_flip = sign under encoding = twos-complement"));
}

TEST(ArraySpec, RefusesToSwapThePairsOfWhichBothAreConverted) {
  ArraySpec array;
  array.column_flip = ColumnFlip::kSign;
  array.subtract = Subtract::kDigital;
  EXPECT_THAT(refusal(array), HasSubstr("column_flip = sign under subtract = digital"));
}

TEST(ArraySpec, NamesAreThoseOfTheConfiguration) {
  EXPECT_EQ(name_of(ArraySpec().encoding), "differential");
  for (const char* name : {"bipolar", "differential", "offset", "twos-complement"})
    EXPECT_EQ(pick<EncodingPolicy>(name)->name, name);
  EXPECT_EQ(name_of(Subtract::kAnalog), "analog");
  EXPECT_EQ(name_of(Subtract::kDigital), "digital");
  EXPECT_EQ(name_of(OffsetRemoval::kReferenceColumn), "reference-column");
  EXPECT_EQ(name_of(OffsetRemoval::kDigital), "digital");
  EXPECT_EQ(name_of(ColumnFlip::kNone), "none");
  EXPECT_EQ(name_of(ColumnFlip::kComplement), "complement");
  EXPECT_EQ(name_of(ColumnFlip::kSign), "sign");
  EXPECT_EQ(name_of(RowOrder::kChannelMajor), "channel-major");
  EXPECT_EQ(name_of(RowOrder::kKernelMajor), "kernel-major");
  EXPECT_EQ(name_of(RowOrder::kWholeChannels), "whole-channels");
  EXPECT_EQ(name_of(TileCut::kFull), "full");
  EXPECT_EQ(name_of(TileCut::kBalanced), "balanced");
  EXPECT_EQ(name_of(ActivationEncoding::kTwosComplement), "twos-complement");
  EXPECT_EQ(name_of(ActivationEncoding::kSignMagnitude), "sign-magnitude");
  EXPECT_EQ(name_of(LayerPolicy::kDigitalInteger), "digital-integer");
  EXPECT_EQ(name_of(LayerPolicy::kMapped), "mapped");
}

}  // namespace
}  // namespace bitline
