#include "bitline/adc/measured_table.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::expect_error;
using test::Integers;
using test::Rationals;
using test::TemporaryFolder;
using test::value_at;

TEST(MeasuredTable, KeepsValuesExactlyAndRoundsThresholdsUpToIntegers) {
  const AdcSpec spec = parse_measured_table("threshold,value\n,-6.5\n-3,-1/3\n2.25,4\n");
  EXPECT_EQ(spec.quantizer, quantizers::kTable);
  EXPECT_EQ(spec.levels, 3);
  EXPECT_EQ(spec.table_thresholds, (Integers{-3, 3}));  // p ≥ 2.25 means p ≥ 3
  EXPECT_EQ(spec.table_values, (Rationals{Rational(-13, 2), Rational(-1, 3), 4}));
  const CodeTable table = make_code_table(spec, {-8, 8});
  EXPECT_EQ(table.unit, Rational(1, 6));
  EXPECT_EQ(table.values, (std::vector<std::int32_t>{-39, -2, 24}));
  EXPECT_EQ(value_at(table, 2), Rational(-1, 3));
  EXPECT_EQ(value_at(table, 3), Rational(4));
  EXPECT_EQ(step_of(spec, {-8, 8}), Rational(21, 4));  // (4 + 13/2) / 2
}

TEST(MeasuredTable, RoundsNegativeThresholdsUpToo) {
  // p ≥ −2.25 means p ≥ −2.
  EXPECT_EQ(parse_measured_table("threshold,value\n,0\n-2.25,1\n").table_thresholds,
            (Integers{-2}));
}

TEST(MeasuredTable, AcceptsSpacesBlankLinesCarriageReturnsAndMissingCodes) {
  const AdcSpec spec = parse_measured_table("\r\nthreshold,value\r\n , -1\r\n\r\n1 , 0\r\n1,2");
  EXPECT_EQ(spec.table_thresholds, (Integers{1, 1}));
  EXPECT_EQ(spec.table_values, (Rationals{-1, 0, 2}));
}

TEST(MeasuredTable, NamesTheLineThatIsWrong) {
  const auto refuse = [](const std::string& csv, const std::string& message) {
    expect_error(ErrorKind::kFailure, message, [&] { parse_measured_table(csv); });
  };
  refuse("", "an ADC table of 0 codes");
  refuse("threshold,value\n,1\n", "an ADC table of 1 codes");
  refuse("value,threshold\n", "line 1: 'value,threshold' is not the header threshold,value");
  refuse("threshold,value\n,1\n2\n", "line 3: '2' does not have two columns");
  refuse("threshold,value\n,1\n2,3,4\n", "line 3: '2,3,4' does not have two columns");
  refuse("threshold,value\n0,1\n", "line 2: the first code has the threshold 0");
  refuse("threshold,value\n,1\n,2\n", "line 3: the threshold is missing");
  refuse("threshold,value\n,1\n2,two\n", "line 3: 'two' is not a fraction");
  refuse("threshold,value\n,1\n2,2\n\n1,3\n", "line 5: threshold 1 lies below the line before");
  refuse("threshold,value\n,1\n2.9,2\n2.1,3\n", "line 4: threshold 2.1 lies below the line");
  refuse("threshold,value\n,1\n2,1/2\n", "line 3: value 1/2 lies below the line before");
}

TEST(MeasuredTable, ReadsAFileAndNamesItInErrors) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "curve.csv";
  std::ofstream(path) << "threshold,value\n,-1\n0,1\n";
  EXPECT_EQ(read_measured_table(path).table_thresholds, (Integers{0}));
  std::ofstream(path) << "threshold,value\n,-1\n0,x\n";
  expect_error(ErrorKind::kFailure, path.string() + ": line 3: 'x'",
               [&] { read_measured_table(path); });
  std::filesystem::remove(path);
  expect_error(ErrorKind::kFailure, path.string(), [&] { read_measured_table(path); });
}

}  // namespace
}  // namespace bitline
