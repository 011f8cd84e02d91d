#include "bitline/run/recommendation.h"

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

}  // namespace
}  // namespace bitline
