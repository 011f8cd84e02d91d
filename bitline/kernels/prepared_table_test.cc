// Which form a table takes, and that every form gives the table's values.
#include "bitline/kernels/prepared_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/adc/adc_spec.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

/// Columns of +1 and of −1 over `rows` rows: sums from −rows to rows.
PackedPlanes planes_of(std::int64_t rows) {
  std::vector<std::int32_t> weights(static_cast<std::size_t>(2 * rows), 1);
  std::fill(weights.begin() + rows, weights.end(), -1);
  ArraySpec array;
  array.rows = rows;
  return pack_planes(map_layer(test::linear_layer(2, weights, 2, 1), array));
}

CodeTable zero_tread(std::int64_t levels, std::int64_t delta, std::int64_t rows) {
  AdcSpec spec;
  spec.levels = levels;
  spec.delta = delta;
  return make_code_table(spec, {-rows, rows});
}

/// What the kernel makes of a sum.
std::int64_t value_of(const PreparedTable& table, std::int64_t p) {
  const std::int64_t index = p - table.origin;
  if (table.conversion == Conversion::kDense) return table.dense[static_cast<std::size_t>(index)];
  const auto reached = std::upper_bound(table.thresholds.begin(), table.thresholds.end(), index);
  const std::int64_t entry =
      table.thresholds.empty()
          ? std::clamp<std::int64_t>(index, table.first, table.last) - table.first
          : reached - table.thresholds.begin();
  return table.base + table.scale * table.multiples[static_cast<std::size_t>(entry)];
}

void expect_values(const std::vector<PreparedTable>& prepared, const CodeTable& table,
                   std::int64_t rows) {
  for (std::int64_t p = -rows; p <= rows; ++p) {
    std::int64_t value = 0;
    for (const PreparedTable& part : prepared) value += value_of(part, p);
    EXPECT_EQ(value, table.value(p)) << p;
  }
  std::int64_t of_zero = 0;
  for (const PreparedTable& part : prepared)
    of_zero +=
        (part.conversion == Conversion::kDense ? 0 : part.base) + part.scale * part.zero_multiple;
  EXPECT_EQ(of_zero, table.value(0));
}

void expect_values(const PreparedTable& prepared, const CodeTable& table, std::int64_t rows) {
  expect_values(std::vector{prepared}, table, rows);
}

/// Where one is enough.
PreparedTable only_table(const CodeTable& table, const PackedPlanes& planes,
                         const std::vector<std::int64_t>& stream_weights) {
  const std::vector<PreparedTable> tables =
      prepare_tables(table, planes.sums, planes, stream_weights);
  EXPECT_EQ(tables.size(), 1U);
  return tables.front();
}

// δ = 7: thresholds −2 and 3.
TEST(PreparedTable, FewThresholdsAreCompared) {
  const CodeTable table = zero_tread(3, 7, 16);
  const PreparedTable prepared = only_table(table, planes_of(16), {1});
  EXPECT_EQ(prepared.conversion, Conversion::kSteps);
  ASSERT_EQ(prepared.steps.size(), 2U);
  EXPECT_EQ(prepared.steps[0].threshold, -2 + 16);
  EXPECT_EQ(prepared.steps[1].threshold, 3 + 16);
  expect_values(prepared, table, 16);
}

TEST(PreparedTable, ManyThresholdsAreLookedUp) {
  const CodeTable table = zero_tread(16, 12, 16);
  const PreparedTable prepared = only_table(table, planes_of(16), {1});
  EXPECT_EQ(prepared.conversion, Conversion::kLookup);
  expect_values(prepared, table, 16);
}

TEST(PreparedTable, LosslessIsTheIndexItself) {
  const CodeTable table = lossless_table({-16, 16});
  const PreparedTable prepared = only_table(table, planes_of(16), {1});
  EXPECT_EQ(prepared.conversion, Conversion::kIdentity);
  expect_values(prepared, table, 16);
}

// A table of one value has no step at all.
TEST(PreparedTable, ThresholdsOutOfReachAreLeftOut) {
  const CodeTable table = table_from_values({-16, 16}, {-17, 17}, {1, 2, 3});
  const PreparedTable prepared = only_table(table, planes_of(16), {1});
  EXPECT_TRUE(prepared.steps.empty());
  EXPECT_EQ(value_of(prepared, 0), 2);
  expect_values(prepared, table, 16);
}

// Two thresholds at 0: one step of both heights.
TEST(PreparedTable, EqualThresholdsAreOneStep) {
  const CodeTable table = table_from_values({-16, 16}, {0, 0}, {0, 1, 3});
  const PreparedTable prepared = only_table(table, planes_of(16), {1});
  ASSERT_EQ(prepared.steps.size(), 1U);
  EXPECT_EQ(prepared.scale, 3);
  EXPECT_EQ(prepared.steps[0].height, 1);
  expect_values(prepared, table, 16);
}

// −127 … 127 are 255 sums, −128 … 128 are 257.
TEST(PreparedTable, SumsBeyondAByteAreClampedToTheWindow) {
  for (const std::int64_t rows : {127, 128}) {
    const CodeTable table = zero_tread(5, 40, rows);
    const PreparedTable prepared = only_table(table, planes_of(rows), {1});
    EXPECT_EQ(prepared.byte_sums, rows == 127);
    expect_values(prepared, table, rows);
  }
}

TEST(PreparedTable, ThresholdsFarApartAreCounted) {
  for (const std::int64_t levels : {9, 64, 65}) {
    const CodeTable table = zero_tread(levels, 400, 512);
    const PreparedTable prepared = only_table(table, planes_of(512), {1});
    EXPECT_EQ(prepared.conversion, levels == 65 ? Conversion::kDense : Conversion::kIdentity);
    EXPECT_EQ(prepared.thresholds.size(), levels == 65 ? 0U : static_cast<std::size_t>(levels - 1));
    expect_values(prepared, table, 512);
  }
}

// 16 bits hold thresholds up to 65,534 apart.
TEST(PreparedTable, CountedThresholdsFitSixteenBits) {
  const std::int64_t rows = 33000;
  for (const std::int64_t last : {32767, 32768}) {
    const CodeTable table = table_from_values({-rows, rows}, {-32766, last}, {0, 1, 3});
    const PreparedTable prepared = only_table(table, planes_of(rows), {1});
    EXPECT_EQ(prepared.conversion == Conversion::kDense, last == 32768);
    expect_values(prepared, table, rows);
  }
}

// 255 multiples fit a byte, 256 take a second one, 65,536 none. Values rise by 1, 255 and the rest.
TEST(PreparedTable, LargeMultiplesTakeTwoBytes) {
  const PackedPlanes planes = planes_of(128);
  for (const std::int64_t top : {255, 256, 257, 511, 512, 65535, 65536}) {
    const CodeTable table = table_from_values({-128, 128}, {-3, 0, 2}, {-7, -6, 248, top - 7});
    const std::vector<PreparedTable> prepared = prepare_tables(table, planes.sums, planes, {1});
    EXPECT_EQ(prepared.size(), top > 255 && top < 65536 ? 2U : 1U) << top;
    EXPECT_EQ(prepared.front().conversion, top < 65536 ? Conversion::kSteps : Conversion::kDense);
    expect_values(prepared, table, 128);
  }
}

// 257 indices do not fit a byte, and their thresholds are counted as long as they are few.
TEST(PreparedTable, WhatDoesNotFitBytesIsCountedOrDense) {
  const PackedPlanes planes = planes_of(128);
  for (const std::int64_t last : {127, 128}) {  // windows of 256 and 257 indices from −128 on
    const CodeTable table = table_from_values({-128, 128}, {-127, last}, {0, 1, 2});
    const PreparedTable prepared = only_table(table, planes, {1});
    EXPECT_EQ(prepared.thresholds.empty(), last == 127);
    expect_values(prepared, table, 128);
  }
  const CodeTable lossless = lossless_table({-128, 128});
  const PreparedTable prepared = only_table(lossless, planes, {1});
  EXPECT_EQ(prepared.conversion, Conversion::kDense);
  expect_values(prepared, lossless, 128);
}

// Streams of weight 1 … 128 add up to 255, and 255 · 128 = 32,640 is the last multiple of 255 below
// 2^15: 128 levels fit one tile's 16 bits, 129 only one stream's.
TEST(PreparedTable, ShortTotalsHoldAsManyTilesAsFit) {
  const PackedPlanes planes = planes_of(128);
  const std::vector<std::int64_t> weights{1, 2, 4, 8, 16, 32, 64, 128};
  const auto tiles = [&](std::int64_t top) {
    const CodeTable table = table_from_values({-128, 128}, {0, 1}, {0, 1, top});
    return only_table(table, planes, weights).tiles_in_short;
  };
  EXPECT_EQ(tiles(128), 1);
  EXPECT_EQ(tiles(129), 0);
  EXPECT_EQ(tiles(2), 64);
}

// Steps of 1 at −119, −102 … 102. Entries from −120, one below the first, to 102 are 223, which
// sixteen segments of 16 hold.
TEST(PreparedTable, FarStepsStandInSegmentsOfTheirOwn) {
  std::vector<std::int64_t> thresholds;
  std::vector<Rational> values{Rational(0)};
  for (std::int64_t step = 0; step < 14; ++step) {
    thresholds.push_back(-119 + 17 * step);
    values.emplace_back(step + 1);
  }
  const CodeTable table = table_from_values({-127, 127}, thresholds, values);
  const PreparedTable prepared =
      prepare_tables(table, planes_of(127).sums, planes_of(127), {1}).front();
  ASSERT_TRUE(prepared.segments);
  EXPECT_EQ(prepared.segments->shift, 4);
  // Entry 0 is −120. Steps at 1, 18, 35 …: one in each of the segments 0 … 15, 16 … 31, 32 … 47.
  EXPECT_EQ(prepared.segments->multiples[0], 0);
  EXPECT_EQ(prepared.segments->steps[0], 1);
  EXPECT_EQ(prepared.segments->steps[1], 18);
  EXPECT_EQ(prepared.segments->multiples[2], 2);
  EXPECT_EQ(prepared.segments->steps[2], 35);
  EXPECT_EQ(prepared.segments->heights[2], 1);
}

TEST(PreparedTable, TwoStepsInOneSegmentAreNoSegments) {
  const CodeTable table =
      table_from_values({-127, 127}, {-100, -60, -59, 0, 90}, {0, 1, 2, 3, 4, 5});
  EXPECT_FALSE(prepare_tables(table, planes_of(127).sums, planes_of(127), {1}).front().segments);
}

}  // namespace
}  // namespace bitline
