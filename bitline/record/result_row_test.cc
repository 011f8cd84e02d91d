#include "bitline/record/result_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

ResultRow row(std::int64_t levels, const Rational& validation_loss) {
  ResultRow r;
  r.levels = levels;
  r.validation_loss = validation_loss;
  r.ranges = levels == 0 ? "" : "layer-wise";
  return r;
}

/// A row with a value in every column, all of which binary fractions and four decimals hold.
ResultRow full_row() {
  return {8,
          "layer-wise",
          Treatment::kRetrained,
          {0.75, 0.75, 0.75},
          2.5,
          {0.625, 0.625, 0.625},
          Rational(-1, 4),
          {-0.25, -0.25, -0.25},
          {0.5, 0.25, 0.75},
          Interval{0.875, 0.75, 1},
          {1.5, -0.5, 3.5},
          "plans/L8-layer-wise.json",
          "networks/L8-layer-wise-retrained.safetensors"};
}

TEST(ResultRows, GoRound) {
  ResultRow lossless = row(0, 0);
  lossless.test_top_five = Interval{1, 0.5, 1};
  const std::vector<ResultRow> rows{lossless, full_row()};
  EXPECT_EQ(rows_from_csv(to_csv(rows)), rows);
  EXPECT_TRUE(rows_from_csv(to_csv({})).empty());
}

TEST(ResultRows, BeginWithTheFloatNetworkWhereThereIsOne) {
  ResultRow real = row(0, Rational(-17, 2));
  real.real = true;
  const std::vector<ResultRow> rows{real, row(0, 0), row(8, 1)};
  EXPECT_NE(to_csv(rows).find("\nfloat,,,"), std::string::npos);
  const std::vector<ResultRow> read = rows_from_csv(to_csv(rows));
  EXPECT_TRUE(read[0].real);
  EXPECT_EQ(&lossless_row(read), &read[1]);
  EXPECT_EQ(lossless_row({row(0, 0), row(8, 1)}).levels, 0);
}

TEST(ResultRows, GoRoundAsText) {
  const std::string csv =
      "levels,ranges,treatment,search_accuracy,search_loss_points,validation_accuracy,"
      "validation_loss_points,test_accuracy,test_accuracy_lower,test_accuracy_upper,"
      "test_loss_points,test_loss_lower,test_loss_upper,plan,network\n"
      "lossless,,,94.0000,0.0000,96.0000,0.0000,91.9000,90.0443,93.4350,0.0000,-0.1956,0.1956,,\n"
      "6,layer-wise,recalibrated,94.0000,0.0000,96.0000,0.0000,88.3000,86.1597,90.1472,3.6000,"
      "1.8247,5.3609,plans/L6-layer-wise.json,networks/L6-layer-wise.safetensors\n";
  EXPECT_EQ(to_csv(rows_from_csv(csv)), csv);
}

TEST(ResultRows, SayWhatIsDamaged) {
  const auto refusal = [](const std::string& csv) { return test::refusal(rows_from_csv, csv); };
  const std::string csv = to_csv({full_row()});
  EXPECT_EQ(refusal(test::with(csv, "test_loss_lower", "other")),
            "it has no column test_loss_lower");
  EXPECT_EQ(refusal(test::with(csv, "-0.2500", "less")),
            "column validation_loss_points: \"less\" is no number");
  EXPECT_EQ(refusal(test::with(csv, "retrained,", "removed,")),
            "column treatment: treatment 'removed' is unknown; choose one of , recalibrated, "
            "retrained");
}

TEST(ResultRows, HasOneLinePerRowAndAsManyFieldsAsItsHeader) {
  const std::string csv = to_csv({row(0, 0), row(8, Rational(1, 2))});
  EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
  const auto fields = [&csv](std::size_t line) {
    std::size_t start = 0;
    for (std::size_t i = 0; i < line; ++i) start = csv.find('\n', start) + 1;
    const std::string text = csv.substr(start, csv.find('\n', start) - start);
    return std::ranges::count(text, ',');
  };
  EXPECT_EQ(fields(0), fields(1));
  EXPECT_EQ(fields(0), fields(2));
  EXPECT_THAT(csv, ::testing::HasSubstr("\nlossless,"));
  EXPECT_THAT(csv, ::testing::HasSubstr("\n8,layer-wise,,"));
}

TEST(ResultRows, TopFiveStandsBehindTopOneWhereItIsCounted) {
  ResultRow lossless = row(0, 0);
  EXPECT_THAT(to_csv({lossless}), ::testing::Not(::testing::HasSubstr("top5")));
  lossless.test_accuracy = {0.5, 0.25, 0.75};
  lossless.test_top_five = Interval{0.875, 0.75, 1};
  const std::string csv = to_csv({lossless});
  EXPECT_THAT(csv, ::testing::HasSubstr("test_accuracy_upper,test_top5_accuracy,test_top5_lower,"
                                        "test_top5_upper,test_loss_points"));
  EXPECT_THAT(csv,
              ::testing::HasSubstr(",50.0000,25.0000,75.0000,87.5000,75.0000,100.0000,0.0000"));
}

}  // namespace
}  // namespace bitline
