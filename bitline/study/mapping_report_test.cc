#include "bitline/study/mapping_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/testing/study.h"

namespace bitline {
namespace {

const MappingRecord::Node& node(const MappingRecord& mapping, const std::string& name) {
  return *std::ranges::find(mapping.nodes, name, &MappingRecord::Node::name);
}

// ResNet-20 at width 1/4 on 8 × 8 images: 4 channels × 3 × 3 are a fan-in of 36, which is three
// tiles of 16 rows; 4-bit weights are 3 planes of a pair, 4-bit inputs 4 streams.
TEST(MappingReport, CountsTheLayersOnTheArray) {
  ArraySpec array;
  array.rows = 16;
  const Executor executor(test::tiny_network(), MacMode::kAnalog, array);
  const MappingRecord mapping = mapping_record(executor, array);
  EXPECT_EQ(mapping.array.number("rows"), 16);
  EXPECT_EQ(mapping.array.number("driven_rows"), 16);
  EXPECT_EQ(mapping.array.text("encoding"), "differential");
  EXPECT_EQ(node(mapping, "conv1").place, Place::kIntegers);
  EXPECT_FALSE(node(mapping, "conv1").layout);
  const MappingRecord::Node mapped = node(mapping, "stage1.block1.conv1");
  EXPECT_EQ(mapped.place, Place::kArray);
  ASSERT_TRUE(mapped.layout);
  EXPECT_EQ(mapped.layout->fan_in, 36);
  EXPECT_EQ(mapped.layout->tiles, 3);
  EXPECT_EQ(mapped.layout->planes, 3);
  EXPECT_EQ(mapped.layout->streams, 4);
  EXPECT_EQ(mapped.layout->conversions, 4 * 8 * 8 * 3 * 3 * 4);
  EXPECT_EQ(mapped.layout->smallest_sum, -16);
  EXPECT_EQ(mapped.layout->largest_sum, 16);
}

// 36 rows of fan-in are one tile of 64 rows; 4-bit weights are 4 planes of digits of two's
// complement.
TEST(MappingReport, CountsEachLayerOnItsOwnArray) {
  NetworkArrays arrays;
  arrays.common.rows = 16;
  arrays.layers["stage1.block1.conv1"].array.encoding = encodings::kTwosComplement;
  arrays.layers["stage1.block1.conv1"].array.rows = 64;
  const Executor executor(test::tiny_network(), MacMode::kAnalog, arrays);
  const MappingRecord mapping = mapping_record(executor, arrays);
  const MappingRecord::Node own = node(mapping, "stage1.block1.conv1");
  EXPECT_EQ(
      own.array.in_words(),
      "rows = 64, driven_rows = 64, encoding = twos-complement, bit_lines_per_adc = 1, adcs = "
      "128 per array, each for 1 bit line");
  EXPECT_EQ(own.layout->tiles, 1);
  EXPECT_EQ(own.layout->planes, 4);
  EXPECT_EQ(own.layout->columns, 4 * 4);
  EXPECT_EQ(own.layout->largest_sum, 36);
  const MappingRecord::Node other = node(mapping, "stage1.block1.conv2");
  EXPECT_EQ(other.layout->tiles, 3);
  EXPECT_EQ(other.layout->planes, 3);
  EXPECT_EQ(other.array.in_words(), "");
}

}  // namespace
}  // namespace bitline
