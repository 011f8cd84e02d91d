#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bitline/quantize/grid.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using test::attribute;
using test::ModelBuilder;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

ModelBuilder with_thresholds(const Shape& shape, const std::vector<float>& thresholds, float scale,
                             float bias, const std::string& layout = "NCHW") {
  ModelBuilder model({0, 2, 3, 3});
  model.floats("t", shape, thresholds);
  model
      .node("MultiThreshold", {"x", "t"}, {"y"},
            {attribute("out_dtype", std::string("UINT4")), attribute("out_scale", scale),
             attribute("out_bias", bias), attribute("data_layout", layout)},
            "finn.custom_op.general")
      .set_name("act");
  return model;
}

// 0.25, 0.75 and 1.25 are the middles between the integers of the step 0.5.
TEST(MultiThreshold, OnMiddlesBetweenIntegersIsAGrid) {
  const Network network =
      with_thresholds({2, 3}, {0.25F, 0.75F, 1.25F, 1.25F, 0.25F, 0.75F}, 0.5F, 0).import();
  EXPECT_EQ(network.nodes.size(), 1U);
  const QuantSpec& spec = network.quant.at("x");
  EXPECT_EQ(spec.bits, 2);
  EXPECT_FALSE(spec.is_signed);
  const Grid grid(spec, 0.5F);
  std::vector<std::int32_t> integers;
  for (const float v : {-1.0F, std::nextafter(0.25F, 0.0F), 0.25F, 0.75F, 1.2F, 1.25F, 9.0F})
    integers.push_back(grid.to_integer(v));
  EXPECT_THAT(integers, ElementsAre(0, 0, 1, 2, 2, 3, 3));
}

// The float32 number below 0.35 is half-way too after a division by 0.1: thresholds tell them
// apart.
TEST(MultiThreshold, OnMiddlesThatDivisionMissesStaysExact) {
  std::vector<float> thresholds;
  for (int n = 0; n < 15; ++n) thresholds.push_back(0.1F * (static_cast<float>(n) + 0.5F));
  const Network network = with_thresholds({1, 15}, thresholds, 0.1F, 0).import();
  const Node& node = network.node("act");
  EXPECT_TRUE(std::holds_alternative<MultiThreshold>(node.op));
  EXPECT_THAT(network.parameter(node, "thresholds").data<float>(),
              testing::ElementsAreArray(thresholds));
  EXPECT_EQ(network.quant.at("act").bits, 4);
  EXPECT_EQ(network.quant.at("act").scale.data<float>()[0], 0.1F);
}

TEST(MultiThreshold, AtAnyPlacesIsADigitalStepOnTheGridOfItsCounts) {
  const Network network = with_thresholds({2, 3}, {-1, 0, 7, 3, 2, 1}, 0.5F, -1).import();
  const Node& node = network.node("act");
  const auto& op = std::get<MultiThreshold>(node.op);
  EXPECT_EQ(op.axis, 0);
  EXPECT_EQ(op.scale, 0.5);
  EXPECT_EQ(op.bias, -1);
  EXPECT_THAT(network.parameter(node, "thresholds").data<float>(), ElementsAre(-1, 0, 7, 1, 2, 3));
  const QuantSpec& spec = network.quant.at("act");  // −2 … 1
  EXPECT_EQ(spec.bits, 2);
  EXPECT_TRUE(spec.is_signed);
  EXPECT_FALSE(spec.narrow);
}

TEST(MultiThreshold, OfBinaryNetworksGivesMinusOneAndPlusOne) {
  const QuantSpec spec = with_thresholds({1, 1}, {0.7F}, 2, -1).import().quant.at("act");
  EXPECT_TRUE(spec.odd);
  EXPECT_EQ(spec.bits, 1);
  EXPECT_EQ(spec.scale.data<float>()[0], 1);
}

TEST(MultiThreshold, OfChannelsLastRunsAlongTheLastAxis) {
  const Network network = with_thresholds({3, 1}, {1, 2, 3}, 1, 0, "NHWC").import();
  EXPECT_EQ(std::get<MultiThreshold>(network.node("act").op).axis, 2);
}

TEST(MultiThreshold, OffEveryGridIsRealNumbers) {
  EXPECT_FALSE(with_thresholds({1, 2}, {1, 2}, 0.5F, 0.1F).import().quant.contains("act"));
}

TEST(MultiThreshold, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(refusal(with_thresholds({3, 1}, {1, 2, 3}, 1, 0)),
              HasSubstr("thresholds of shape [3, 1] for 2 entries"));
  EXPECT_THAT(refusal(with_thresholds({1, 1}, {NAN}, 1, 0)), HasSubstr("is no number"));
  EXPECT_THAT(refusal(with_thresholds({2}, {1, 2}, 1, 0)), HasSubstr("they are a matrix"));
  EXPECT_THAT(refusal(with_thresholds({1, 1}, {1}, 1, 0, "NWC")), HasSubstr("data_layout 'NWC'"));
}

}  // namespace
}  // namespace bitline
