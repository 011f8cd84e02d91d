#include "bitline/evaluate/sum_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using ::testing::ElementsAre;

/// Two outputs of four rows, two to a tile: 3, 1 | 1, 1 and −3, −1 | 1, 1.
LayerStatistics statistics_on(ArraySpec array) {
  array.rows = 2;
  const CimLayer layer = map_layer(test::linear_layer(2, {3, 1, 1, 1, -3, -1, 1, 1}, 3, 4), array);
  return statistics_of(layer, LayerHistogram(layer, false));
}

TEST(SumStatistics, WithoutFlipsEverySignIsOne) {
  const LayerStatistics statistics = statistics_on({});
  EXPECT_EQ(statistics.output.conversions, 2);
  EXPECT_EQ(statistics.output.outputs, 2);
  EXPECT_EQ(statistics.output.parts.size(), 2U * 4U);
  EXPECT_THAT(statistics.output.sign_products, ElementsAre(ElementsAre(8, 8), ElementsAre(8, 8)));
}

// The second output's first tile is stored negated in both planes: 1 − 1 tiles are left.
TEST(SumStatistics, AFlippedTileTakesTheOthersBiasAway) {
  ArraySpec array;
  array.column_flip = ColumnFlip::kSign;
  EXPECT_THAT(statistics_on(array).output.sign_products,
              ElementsAre(ElementsAre(4, 4), ElementsAre(4, 4)));
}

TEST(SumStatistics, HalvesThatAreSubtractedDigitallyCancel) {
  ArraySpec array;
  array.subtract = Subtract::kDigital;
  const LayerStatistics statistics = statistics_on(array);
  EXPECT_EQ(statistics.output.conversions, 4);
  EXPECT_THAT(statistics.output.sign_products, ElementsAre(ElementsAre(0, 0), ElementsAre(0, 0)));
}

}  // namespace
}  // namespace bitline
