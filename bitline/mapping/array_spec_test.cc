#include "bitline/mapping/array_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
