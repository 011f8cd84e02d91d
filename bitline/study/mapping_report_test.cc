#include "bitline/study/mapping_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bitline/study/test_study.h"

namespace bitline {
namespace {

// ResNet-20 at width 1/4 on 8 × 8 images: 4 channels × 3 × 3 are a fan-in of 36, which is three
// tiles of 16 rows; 4-bit weights are 3 planes of a pair, 4-bit inputs 4 streams.
TEST(MappingReport, CountsTheLayersOnTheArray) {
  ArraySpec array;
  array.rows = 16;
  const Executor executor(testing::tiny_network(), MacMode::kAnalog, array);
  const auto json = nlohmann::json::parse(mapping_json(executor, array));
  EXPECT_EQ(json.at("array").at("rows"), 16);
  EXPECT_EQ(json.at("array").at("driven_rows"), 16);
  EXPECT_EQ(json.at("array").at("encoding"), "differential");
  for (const auto& node : json.at("nodes")) {
    if (node.at("name") == "conv1") {
      EXPECT_EQ(node.at("place"), "integers");
    }
    if (node.at("name") != "stage1.block1.conv1") continue;
    EXPECT_EQ(node.at("place"), "array");
    EXPECT_EQ(node.at("fan_in"), 36);
    EXPECT_EQ(node.at("tiles"), 3);
    EXPECT_EQ(node.at("planes"), 3);
    EXPECT_EQ(node.at("streams"), 4);
    EXPECT_EQ(node.at("conversions"), 4 * 8 * 8 * 3 * 3 * 4);
    EXPECT_EQ(node.at("sums"), nlohmann::json({-16, 16}));
    return;
  }
  FAIL() << "stage1.block1.conv1 is not in the file";
}

}  // namespace
}  // namespace bitline
