// DepthToSpace and SpaceToDepth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/digital/digital.h"
#include "bitline/testing/onnx_models.h"
#include "bitline/testing/tensors.h"

namespace bitline {
namespace {

using test::attribute;
using test::ModelBuilder;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

ModelBuilder rearranging(const std::string& type, const Shape& image, std::int64_t block,
                         const std::string& mode = "") {
  ModelBuilder model({0, image[0], image[1], image[2]});
  auto& node = model.node(type, {"x"}, {"y"}, {attribute("blocksize", block)});
  if (!mode.empty()) *node.add_attribute() = attribute("mode", mode);
  return model;
}

TEST(DepthToSpace, MovesElementsWithoutLookingAtThem) {
  const Network network = rearranging("DepthToSpace", {8, 2, 3}, 2).import();
  EXPECT_EQ(infer_shapes(network).at("y"), (Shape{2, 4, 6}));
  EXPECT_THAT(std::get<Transpose>(network.nodes[2].op).order, ElementsAre(2, 3, 0, 4, 1));
  const Network crd = rearranging("DepthToSpace", {8, 2, 3}, 2, "CRD").import();
  EXPECT_THAT(std::get<Transpose>(crd.nodes[2].op).order, ElementsAre(0, 3, 1, 4, 2));
}

TEST(DepthToSpace, KeepsTheGridOfItsInput) {
  ModelBuilder model({0, 4, 1, 1});
  model.floats("s", {}, {0.5F});
  model.node("QuantizeLinear", {"x", "s"}, {"q"});
  model.node("DepthToSpace", {"q"}, {"d"}, {attribute("blocksize", std::int64_t{2})});
  model.node("DequantizeLinear", {"d", "s"}, {"y"});
  const Network network = model.import();
  EXPECT_TRUE(network.quant.contains(network.nodes.back().name));
}

TEST(SpaceToDepth, IsTheWayBackOfColumnsRowsAndDepth) {
  const Network network = rearranging("SpaceToDepth", {2, 4, 6}, 2).import();
  EXPECT_EQ(infer_shapes(network).at("y"), (Shape{8, 2, 3}));
  EXPECT_THAT(std::get<Transpose>(network.nodes[2].op).order, ElementsAre(2, 4, 0, 1, 3));
}

TEST(DepthToSpace, RefusesWhatDoesNotFit) {
  EXPECT_THAT(refusal(rearranging("DepthToSpace", {6, 2, 3}, 2)),
              HasSubstr("6 channels are no whole number of blocks of 2 by 2"));
  EXPECT_THAT(refusal(rearranging("SpaceToDepth", {2, 4, 5}, 2)),
              HasSubstr("images of 4 by 5 are no whole number of blocks of 2 by 2"));
  EXPECT_THAT(refusal(rearranging("DepthToSpace", {8, 2, 3}, 2, "RCD")),
              HasSubstr("mode 'RCD' is not supported"));
  EXPECT_THAT(refusal(rearranging("DepthToSpace", {8, 2, 3}, 0)), HasSubstr("blocksize = 0"));
  EXPECT_THAT(refusal(rearranging("SpaceToDepth", {8, 2, 3}, std::int64_t{1} << 40)),
              HasSubstr("it has to be 1 to"));
  ModelBuilder flat({0, 4});
  flat.node("DepthToSpace", {"x"}, {"y"}, {attribute("blocksize", std::int64_t{2})});
  EXPECT_THAT(refusal(flat), HasSubstr("no image of channels, height and width"));
}

}  // namespace
}  // namespace bitline
