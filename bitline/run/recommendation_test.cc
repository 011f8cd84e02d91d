#include "bitline/run/recommendation.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

ResultRow row(std::int64_t levels, const Rational& validation_loss) {
  ResultRow r;
  r.levels = levels;
  r.validation_loss = validation_loss;
  r.ranges = levels == 0 ? "" : "layer-wise";
  return r;
}

TEST(Recommend, TakesTheFewestLevelsWithinTheLoss) {
  const std::vector<ResultRow> rows{row(0, 0), row(16, 0), row(8, Rational(4, 5)),
                                    row(4, Rational(6, 5))};
  EXPECT_EQ(recommend(rows, 1), 2U);
  EXPECT_EQ(recommend(rows, Rational(6, 5)), 3U);
}

TEST(Recommend, AmongEqualLevelsTakesTheSmallerLossThenTheEarlierRow) {
  EXPECT_EQ(
      recommend({row(0, 0), row(8, Rational(4, 5)), row(8, Rational(2, 5)), row(8, Rational(2, 5))},
                1),
      2U);
}

TEST(Recommend, NeverTakesTheLosslessNetwork) {
  EXPECT_FALSE(recommend({row(0, 0), row(8, 3)}, 1).has_value());
}

// 29 of 1,000 images are 2.9 points, as doubles 2.9000000000000004; 3 of 9 are a third of 100.
TEST(Recommend, ComparesExactly) {
  EXPECT_EQ(recommend({row(0, 0), row(8, Rational(2900, 1000))}, Rational(29, 10)), 1U);
  EXPECT_EQ(recommend({row(0, 0), row(8, Rational(300, 9))}, Rational(100, 3)), 1U);
  EXPECT_FALSE(recommend({row(0, 0), row(8, Rational(300, 9))}, Rational(3333, 100)));
}

// A range per layer fits the images that it was searched on.
TEST(Recommend, DoesNotTrustTheSearchSample) {
  ResultRow fitted = row(4, 3);
  fitted.search_loss = -0.5;
  EXPECT_EQ(recommend({row(0, 0), fitted, row(8, Rational(1, 2))}, 1), 2U);
}

}  // namespace
}  // namespace bitline
