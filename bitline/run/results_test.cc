#include "bitline/run/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

ResultRow row(std::int64_t levels, double validation_loss) {
  ResultRow r;
  r.levels = levels;
  r.validation_loss = validation_loss;
  r.ranges = levels == 0 ? "" : "layer-wise";
  return r;
}

TEST(Recommend, TakesTheFewestLevelsWithinTheLoss) {
  const std::vector<ResultRow> rows{row(0, 0), row(16, 0), row(8, 0.8), row(4, 1.2)};
  EXPECT_EQ(recommend(rows, 1.0), 2U);
  EXPECT_EQ(recommend(rows, 1.2), 3U);
}

TEST(Recommend, AmongEqualLevelsTakesTheSmallerLossThenTheEarlierRow) {
  EXPECT_EQ(recommend({row(0, 0), row(8, 0.8), row(8, 0.4), row(8, 0.4)}, 1.0), 2U);
}

TEST(Recommend, NeverTakesTheLosslessNetwork) {
  EXPECT_FALSE(recommend({row(0, 0), row(8, 3)}, 1.0).has_value());
}

// A range per layer fits the images that it was searched on.
TEST(Recommend, DoesNotTrustTheSearchSample) {
  ResultRow fitted = row(4, 3);
  fitted.search_loss = -0.5;
  EXPECT_EQ(recommend({row(0, 0), fitted, row(8, 0.5)}, 1.0), 2U);
}

TEST(ResultsCsv, HasOneLinePerRowAndAsManyFieldsAsItsHeader) {
  const std::string csv = to_csv({row(0, 0), row(8, 0.5)});
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

TEST(ResultsCsv, TopFiveStandsBehindTopOneWhereItIsCounted) {
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
