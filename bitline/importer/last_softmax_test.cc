#include "bitline/importer/last_softmax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using test::attribute;
using test::list_attribute;
using test::ModelBuilder;
using test::operators_of;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(LastSoftmax, LeavesTheLogits) {
  for (const char* type : {"Softmax", "LogSoftmax"}) {
    ModelBuilder model({0, 5});
    model.node("Relu", {"x"}, {"r"});
    model.node(type, {"r"}, {"y"});
    EXPECT_THAT(operators_of(model.import()), ElementsAre("input", "relu")) << type;
  }
}

// As networks of 1 × 1 images have it: Softmax over all but the images, before operator set 13.
TEST(LastSoftmax, IsFoundInFrontOfAChangeOfShape) {
  ModelBuilder model({0, 5, 1, 1}, 11);
  model.node("Relu", {"x"}, {"r"});
  model.node("Softmax", {"r"}, {"s"});
  model.node("Flatten", {"s"}, {"y"});
  const Network network = model.import();
  EXPECT_EQ(std::ranges::count(operators_of(network), "softmax"), 0);
  EXPECT_EQ(infer_shapes(network).at(network.nodes.back().name), Shape{5});
}

TEST(LastSoftmax, TakesTheGridBehindItAlong) {
  ModelBuilder model({0, 5});
  model.node("Relu", {"x"}, {"r"});
  model.node("Softmax", {"r"}, {"s"});
  model.floats("scale", {}, {0.00390625F});
  model.node("QuantizeLinear", {"s", "scale"}, {"q"});
  model.node("DequantizeLinear", {"q", "scale"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), testing::Not(testing::Contains("softmax")));
  EXPECT_TRUE(network.quant.empty());
}

TEST(LastSoftmax, OverPartsOfTheOutputStays) {
  ModelBuilder model({0, 2, 5});
  model.node("Softmax", {"x"}, {"y"});
  EXPECT_THAT(operators_of(model.import()), ElementsAre("input", "softmax"));
}

// Of the same attention, the inner one stays.
TEST(LastSoftmax, InsideTheNetworkStays) {
  ModelBuilder model({0, 5});
  model.node("Softmax", {"x"}, {"s"});
  model.node("Relu", {"s"}, {"y"});
  EXPECT_THAT(operators_of(model.import()), ElementsAre("input", "softmax", "relu"));
  ModelBuilder log({0, 5});
  log.node("LogSoftmax", {"x"}, {"s"}).set_name("inner");
  log.node("Relu", {"s"}, {"y"});
  EXPECT_THAT(refusal(log), HasSubstr("node 'inner' (LogSoftmax) is supported as the last step"));
}

}  // namespace
}  // namespace bitline
