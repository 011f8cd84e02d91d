#include "bitline/kernels/layer_histogram.h"

#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

/// 2 planes, 3 streams, 2 tiles of 2 and 1 rows.
CimLayer small_layer() {
  ArraySpec array;
  array.rows = 2;
  return map_layer(test::linear_layer(1, {3, 3, 3}, 3, 3), array);
}

TEST(LayerHistogram, KeepsPlanesAndStreamsApart) {
  LayerHistogram histogram(small_layer(), false);
  EXPECT_EQ(histogram.planes(), 2);
  EXPECT_EQ(histogram.streams(), 3);
  EXPECT_EQ(histogram.tiles(), 1);
  histogram.of(0, 2, 0).add(1);
  histogram.of(1, 0, 1).add(2);
  EXPECT_EQ(histogram.of(0, 2, 0).count(1), 1);
  EXPECT_EQ(histogram.of(1, 0, 0).count(2), 1);  // tiles are together
  EXPECT_EQ(histogram.of(1, 2, 0).count(1), 0);
  EXPECT_EQ(statistics(histogram.total()).total, 2);
  EXPECT_EQ(statistics(histogram.total()).sum, 3);
}

TEST(LayerHistogram, KeepsTilesApartOnRequest) {
  LayerHistogram histogram(small_layer(), true);
  EXPECT_EQ(histogram.tiles(), 2);
  histogram.of(1, 2, 1).add(-2);
  EXPECT_EQ(histogram.of(1, 2, 0).count(-2), 0);
  EXPECT_EQ(histogram.of(1, 2, 1).count(-2), 1);
}

TEST(LayerHistogram, AddsPartByPart) {
  LayerHistogram sum(small_layer(), true);
  LayerHistogram part(small_layer(), true);
  sum.of(0, 1, 1).add(1);
  part.of(0, 1, 1).add(1, 4);
  part.of(0, 0, 0).add(-1);
  sum.add(part);
  EXPECT_EQ(sum.of(0, 1, 1).count(1), 5);
  EXPECT_EQ(sum.of(0, 0, 0).count(-1), 1);
  EXPECT_EQ(part.of(0, 1, 1).count(1), 4);
}

TEST(LayerHistogram, RefusesToAddAnotherShape) {
  LayerHistogram histogram(small_layer(), true);
  EXPECT_THROW(histogram.add(LayerHistogram(small_layer(), false)), Error);
}

}  // namespace
}  // namespace bitline
