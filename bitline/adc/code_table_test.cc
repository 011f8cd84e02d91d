#include "bitline/adc/code_table.h"

#include <gtest/gtest.h>

#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;
using test::Rationals;

CodeTable small_table() {
  CodeTable table;
  table.minimum = -4;
  table.maximum = 4;
  table.thresholds = {-1, 2};
  table.values = {-3, 0, 3};
  return table;
}

TEST(CodeTable, CountsTheThresholdsThatTheSumReaches) {
  const CodeTable table = small_table();
  EXPECT_EQ(table.code(-4), 0);
  EXPECT_EQ(table.code(-2), 0);
  EXPECT_EQ(table.code(-1), 1);
  EXPECT_EQ(table.code(1), 1);
  EXPECT_EQ(table.code(2), 2);
  EXPECT_EQ(table.code(4), 2);
  EXPECT_EQ(table.value(1), 0);
  EXPECT_EQ(table.levels(), 3);
}

TEST(CodeTable, DenseListsTheValueOfEverySum) {
  EXPECT_EQ(small_table().dense(), (std::vector<std::int32_t>{-3, -3, -3, 0, 0, 0, 3, 3, 3}));
}

TEST(CodeTable, DenseSkipsCodesThatNoSumReaches) {
  CodeTable table = small_table();
  table.thresholds = {-9, 0, 0, 9};  // code 0 below all sums, code 2 empty, code 4 above all sums
  table.values = {1, 2, 3, 4, 5};
  EXPECT_EQ(table.dense(), (std::vector<std::int32_t>{2, 2, 2, 2, 4, 4, 4, 4, 4}));
}

TEST(CodeTable, LosslessKeepsEverySumAndItsTwoEndsApart) {
  const CodeTable table = lossless_table({-128, 128});
  EXPECT_TRUE(table.lossless);
  EXPECT_EQ(table.levels(), 257);
  EXPECT_EQ(table.thresholds.front(), -127);
  EXPECT_EQ(table.thresholds.back(), 128);
  EXPECT_EQ(table.unit, Rational(1));
  for (std::int64_t p = -128; p <= 128; ++p) EXPECT_EQ(table.value(p), p);
}

TEST(CodeTable, LosslessCoversSumsBeyondSixteenBits) {
  // 128 rows · 15 · 15, for 4-bit cells and DACs.
  const CodeTable table = lossless_table({-28800, 28800});
  EXPECT_EQ(table.value(-28800), -28800);
  EXPECT_EQ(table.value(28800), 28800);
  EXPECT_EQ(table.value(28799), 28799);
}

TEST(CodeTable, LosslessHasALevelForEachSumOfOneParity) {
  const CodeTable table = lossless_table({-3, 3, 2});
  EXPECT_TRUE(table.lossless);
  EXPECT_EQ(table.thresholds, (std::vector<std::int64_t>{-2, 0, 2}));
  EXPECT_EQ(table.values, (std::vector<std::int32_t>{-3, -1, 1, 3}));
  EXPECT_EQ(lossless_table({-128, 128, 2}).levels(), 129);
}

TEST(CodeTable, LosslessOfASinglePossibleSumHasOneCode) {
  const CodeTable table = lossless_table({0, 0});
  EXPECT_EQ(table.levels(), 1);
  EXPECT_EQ(table.value(0), 0);
}

TEST(CodeTable, ValuesShareTheLargestUnitOfWhichAllAreMultiples) {
  const Rationals values = {Rational(-5, 2), 0, Rational(10, 3)};
  const CodeTable table = table_from_values({-4, 4}, {0, 1}, values);
  EXPECT_EQ(table.unit, Rational(5, 6));  // 5/2 = 3 · 5/6, 10/3 = 4 · 5/6
  EXPECT_EQ(table.values, (std::vector<std::int32_t>{-3, 0, 4}));
}

TEST(CodeTable, AllZeroValuesHaveUnitOne) {
  EXPECT_EQ(table_from_values({-4, 4}, {0}, {0, 0}).unit, Rational(1));
}

TEST(CodeTable, RefusesWhatIsNotMonotoneOrDoesNotFit) {
  expect_error(ErrorKind::kUsage, "threshold 1 is -2, below the one before it, -1", [] {
    table_from_values({-4, 4}, {-1, -2}, {0, 1, 2});
  });
  expect_error(ErrorKind::kUsage, "value of code 2 is 1 units, below 2", [] {
    table_from_values({-4, 4}, {-1, 2}, {0, 2, 1});
  });
  expect_error(ErrorKind::kUsage, "an ADC with 2 thresholds needs 3 values, not 2", [] {
    table_from_values({-4, 4}, {-1, 2}, {0, 1});
  });
  CodeTable upside_down = small_table();
  upside_down.unit = -1;
  expect_error(ErrorKind::kUsage, "unit -1", [&] { validate(upside_down); });
}

TEST(CodeTable, RefusesMultiplesAndSumsBeyondThirtyTwoBits) {
  // 2^31 units of 1 are one too many; −2^31 still fits.
  const std::int64_t limit = std::int64_t{1} << 31;
  EXPECT_EQ(table_from_values({-1, 1}, {0}, {-limit, limit - 1}).values.front(), -limit);
  expect_error(ErrorKind::kUsage, "ADC value 2147483648 is 2147483648 times 1", [&] {
    table_from_values({-1, 1}, {0}, {1, limit});
  });
  expect_error(ErrorKind::kUsage, "do not fit 32 bits", [&] { lossless_table({0, limit}); });
  expect_error(ErrorKind::kUsage, "smallest possible sum 3 exceeds the largest, 2", [] {
    lossless_table({3, 2});
  });
  expect_error(ErrorKind::kUsage, "more than 1048576", [&] { lossless_table({0, limit - 1}); });
}

}  // namespace
}  // namespace bitline
