#include "bitline/exporter/npz.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using ::testing::HasSubstr;

CimLayer small_layer(ColumnFlip flip) {
  ArraySpec array;
  array.column_flip = flip;
  array.rows = 2;
  return map_layer(test::linear_layer(2, {1, -2, 3, 0, 1, -1}, 3, 2), array);
}

/// Members are stored uncompressed, so that names and arrays can be looked for in the bytes.
std::string npz(const std::map<std::string, std::vector<CodeTable>>& tables,
                ColumnFlip flip = ColumnFlip::kNone) {
  const CimLayer layer = small_layer(flip);
  const CimLayer* const layers[] = {&layer};
  const std::vector<std::byte> bytes = layers_npz(layers, tables);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(LayersNpz, HoldsEveryArrayUnderTheLayersName) {
  const std::string file = npz({});
  for (const char* key : {"weights", "weight_scale", "input_scale", "input_zero_point", "pad_value",
                          "digits", "plane_weights", "stream_weights", "tile0.rows", "tile1.rows",
                          "reference_weight", "input_sum_weight", "divisor"})
    EXPECT_THAT(file, HasSubstr(fmt::format("linear.{}.npy", key)));
  for (const char* key : {"adc", "column_signs", "flip_totals"})
    EXPECT_THAT(file, ::testing::Not(HasSubstr(fmt::format("linear.{}", key))));
}

TEST(LayersNpz, DigitsAreBytesInPlanes) {
  EXPECT_THAT(npz({}), HasSubstr("'|i1', 'fortran_order': False, 'shape': (2, 2, 3)"));
  // Plane 0 of 1, -2, 3 and 0, 1, -1, then plane 1.
  EXPECT_THAT(npz({}), HasSubstr(std::string("\n\1\0\1\0\1\xFF\0\xFF\1\0\0\0", 13)));
}

// Of 1, -2, 3 and 0, 1, -1 in tiles of two rows, plane 0 holds 1, 0 and 1; 0, 1 and -1. Plane 1
// holds 0, -1 and 1; 0, 0 and 0.
TEST(LayersNpz, FlippedColumnsHaveSigns) {
  const std::string file = npz({}, ColumnFlip::kSign);
  EXPECT_THAT(file, HasSubstr("linear.flip_totals.npy"));
  EXPECT_THAT(file, HasSubstr("'|i1', 'fortran_order': False, 'shape': (2, 2, 2)"));
  EXPECT_THAT(file, HasSubstr("\n\1\1\1\xFF\xFF\1\1\1"));
  EXPECT_THAT(file, HasSubstr(std::string("\n\1\0\1\0\1\1\0\1\1\0\0\0", 13)));
}

TEST(LayersNpz, AnAdcIsThresholdsValuesAndUnit) {
  const std::string file = npz({{"linear", {lossless_table({-2, 2})}}});
  for (const char* key : {"adc.thresholds", "adc.values", "adc.unit", "adc.range"})
    EXPECT_THAT(file, HasSubstr(fmt::format("linear.{}.npy", key)));
  EXPECT_THAT(file, HasSubstr("'<i8', 'fortran_order': False, 'shape': (4,)"));
}

TEST(LayersNpz, RangesOfStreamsAreRowsOfThresholds) {
  const CodeTable table = lossless_table({-2, 2});
  const std::string file = npz({{"linear", {table, table, table}}});
  EXPECT_THAT(file, HasSubstr("'<i8', 'fortran_order': False, 'shape': (3, 4)"));
  EXPECT_THAT(file, HasSubstr("'<i8', 'fortran_order': False, 'shape': (3, 5)"));
}

}  // namespace
}  // namespace bitline
