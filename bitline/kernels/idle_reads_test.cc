#include "bitline/kernels/idle_reads.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/reference_engine.h"

namespace bitline {
namespace {

using test::linear_layer;

// Rows of two tiles, 2 bits each: [1, 0 | 2, 0]. Stream 0 drives the first tile alone, stream 1 the
// second.
TEST(IdleReads, AreThoseWhoseDigitsAreAllZero) {
  ArraySpec array;
  array.rows = 2;
  const CimLayer layer = map_layer(linear_layer(1, {1, 1, 1, 1}, 2, 2), array);
  const std::vector<std::int32_t> activations{1, 0, 2, 0};
  const ReadCount count = count_reads(layer, 1, activations);
  EXPECT_EQ(count.reads, 4);
  EXPECT_EQ(count.idle, 2);
  EXPECT_EQ(count.idle_share(), 0.5);
}

TEST(IdleReads, RefuseAnotherNumberOfActivations) {
  const CimLayer layer = map_layer(linear_layer(1, {1, 1}, 2, 2), {});
  EXPECT_THROW(count_reads(layer, 1, std::vector<std::int32_t>{1}), Error);
}

/// With a weight of 1 in every cell and one output channel to a group, a read is idle where its one
/// conversion reads 0.
RC_GTEST_PROP(IdleReads, AreReadsOfSumZeroWhereEveryCellHoldsOne, ()) {
  test::MappingCase mapping;
  const auto draw = [](std::int64_t low, std::int64_t high) {
    return *rc::gen::inRange<std::int64_t>(low, high + 1);
  };
  IntegerLayer drawn = test::draw_layer(mapping, draw);
  drawn.geometry.out_channels = drawn.geometry.groups;
  drawn.weight_bits = 2;
  drawn.weights = Tensor(DType::kI32, {drawn.geometry.groups, drawn.geometry.fan_in()});
  std::ranges::fill(drawn.weights.data<std::int32_t>(), 1);
  test::draw_rows(mapping, drawn, draw);
  const CimLayer layer = map_layer(drawn, mapping.array);
  std::vector<std::int32_t> activations = test::draw_activations(drawn, 2, draw);
  for (std::int32_t& activation : activations)
    if (draw(0, 2) != 0) activation = 0;

  LayerHistogram sums(layer, false);
  test::accumulate(layer, test::lossless(layer), activations, &sums);
  const Histogram all = sums.total();
  const ReadCount count = count_reads(layer, 2, activations);
  std::int64_t conversions = 0;
  for (std::int64_t p = all.minimum(); p <= all.maximum(); ++p) conversions += all.count(p);
  RC_ASSERT(count.reads == conversions);
  RC_ASSERT(count.idle == all.count(0));
}

}  // namespace
}  // namespace bitline
