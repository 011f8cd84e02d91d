#include "bitline/mapping/column_sums.h"

#include <gtest/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

/// One column per plane for the weights 3, −2, 1: planes 1, 0, 1 and 1, −1, 0.
SumRange sums_of(const ArraySpec& array, int input_bits = 1) {
  return column_sums(map_layer(test::linear_layer(1, {3, -2, 1}, 3, input_bits), array));
}

TEST(ColumnSums, AreWhatTheDigitsOfOneColumnAllow) {
  const SumRange sums = sums_of({});
  EXPECT_EQ(sums.minimum, -1);
  EXPECT_EQ(sums.maximum, 2);
}

TEST(ColumnSums, GrowWithTheInputsDigits) {
  ArraySpec array;
  array.dac_bits = 2;
  const SumRange sums = sums_of(array, 2);
  EXPECT_EQ(sums.minimum, -3);
  EXPECT_EQ(sums.maximum, 6);
}

TEST(ColumnSums, OfATileAreThoseOfItsRows) {
  ArraySpec array;
  array.rows = 1;
  const SumRange sums = sums_of(array);
  EXPECT_EQ(sums.minimum, -1);
  EXPECT_EQ(sums.maximum, 1);
}

TEST(ColumnSums, HalvesThatStandApartNeverGoBelowZero) {
  ArraySpec array;
  array.subtract = Subtract::kDigital;
  const SumRange sums = sums_of(array);
  EXPECT_EQ(sums.minimum, 0);
  EXPECT_EQ(sums.maximum, 2);
}

}  // namespace
}  // namespace bitline
