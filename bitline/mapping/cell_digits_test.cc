#include "bitline/mapping/cell_digits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::linear_layer;
using testing::ElementsAre;

std::vector<int> column_of(const CimLayer& layer, std::int64_t plane, std::int64_t channel) {
  CellDigits cells(layer);
  const auto digits = cells.column(plane, channel);
  return {digits.begin(), digits.end()};
}

// 5 = 101 and 2 = 010 in binary, from the least significant plane on.
TEST(CellDigits, AreMadeOfTheWeightsAgainWhereTheyAreNotStored) {
  ArraySpec array;
  array.encoding = encodings::kDifferential;
  const CimLayer layer = map_layer(linear_layer(1, {5, 2}, 4, 4), array, Digits::kOnDemand);
  EXPECT_EQ(layer.planes.digits.size(), 0);
  EXPECT_THAT(column_of(layer, 0, 0), ElementsAre(1, 0));
  EXPECT_THAT(column_of(layer, 1, 0), ElementsAre(0, 1));
  EXPECT_THAT(column_of(layer, 2, 0), ElementsAre(1, 0));
}

// −3 and 1 have the digits −1, 1 in the first plane, which sum to 0, and −1, 0 in the second, which
// sum to less: that column alone is stored with its sign turned.
TEST(CellDigits, OfFlippedColumnsAreThoseThatAreStored) {
  ArraySpec array;
  array.encoding = encodings::kDifferential;
  array.column_flip = ColumnFlip::kSign;
  const CimLayer layer = map_layer(linear_layer(1, {-3, 1}, 3, 4), array, Digits::kOnDemand);
  EXPECT_THAT(column_of(layer, 0, 0), ElementsAre(-1, 1));
  EXPECT_THAT(column_of(layer, 1, 0), ElementsAre(1, 0));
}

TEST(CellDigits, AreTheStoredOnesUnderEveryMapping) {
  Random random(1);
  const auto draw = test::draw_from(random);
  for (const test::MappingCase& mapping : test::every_mapping()) {
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    const CimLayer stored = map_layer(layer, mapping.array);
    const Tensor made = all_cell_digits(map_layer(layer, mapping.array, Digits::kOnDemand));
    ASSERT_EQ(made.shape(), stored.planes.digits.shape());
    ASSERT_TRUE(std::ranges::equal(made.bytes(), stored.planes.digits.bytes()))
        << test::describe(mapping);
  }
}

}  // namespace
}  // namespace bitline
