#include "bitline/importer/group_norms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using test::attribute;
using test::ModelBuilder;
using test::operators_of;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> parameter(const Network& network, const std::string& node, const char* role) {
  const auto data = network.parameter(network.node(node), role).data<float>();
  return {data.begin(), data.end()};
}

ModelBuilder group_norm(std::int64_t operators, std::int64_t groups,
                        const std::vector<float>& scale) {
  ModelBuilder model({0, 4, 3}, operators);
  model.floats("s", {std::ssize(scale)}, scale);
  model.floats("b", {std::ssize(scale)}, scale);
  model.node("GroupNormalization", {"x", "s", "b"}, {"y"}, {attribute("num_groups", groups)});
  return model;
}

TEST(GroupNormalization, OfSet18HasAScalePerGroupAndOfSet21PerChannel) {
  const Network old = group_norm(18, 2, {5, 7}).import();
  EXPECT_THAT(parameter(old, "y", "scale"), ElementsAre(5, 5, 7, 7));
  EXPECT_THAT(parameter(old, "y", "shift"), ElementsAre(5, 5, 7, 7));
  const Network now = group_norm(21, 2, {1, 2, 3, 4}).import();
  EXPECT_THAT(parameter(now, "y", "scale"), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(std::get<GroupNorm>(now.nodes.back().op).groups, 2);
  EXPECT_EQ(std::get<GroupNorm>(now.nodes.back().op).epsilon, double{1e-5F});
  EXPECT_THAT(refusal(group_norm(21, 2, {5, 7})),
              HasSubstr("its scale has shape [2]; needed are 4"));
  EXPECT_THAT(refusal(group_norm(18, 2, {1, 2, 3, 4})), HasSubstr("needed are 2"));
}

TEST(GroupNormalization, RefusesGroupsThatDoNotFit) {
  EXPECT_THAT(refusal(group_norm(21, 3, {1, 2, 3, 4})),
              HasSubstr("num_groups = 3 does not divide 4 channels"));
  EXPECT_THAT(refusal(group_norm(21, 0, {1, 2, 3, 4})), HasSubstr("num_groups = 0"));
  ModelBuilder model = group_norm(21, 2, {1, 2, 3, 4});
  model.model().mutable_graph()->mutable_node(0)->clear_attribute();
  EXPECT_THAT(refusal(model), HasSubstr("attribute 'num_groups' is missing"));
}

TEST(InstanceNormalization, IsAGroupPerChannel) {
  ModelBuilder model({0, 2, 3, 3});
  model.floats("s", {2}, {5, 7});
  model.node("InstanceNormalization", {"x", "s", "s"}, {"y"}, {attribute("epsilon", 0.5F)});
  const auto norm = std::get<GroupNorm>(model.import().nodes.back().op);
  EXPECT_EQ(norm.groups, 2);
  EXPECT_EQ(norm.epsilon, 0.5);
  ModelBuilder wrong({0, 3, 3, 3});
  wrong.floats("s", {2}, {5, 7});
  wrong.node("InstanceNormalization", {"x", "s", "s"}, {"y"});
  EXPECT_THAT(refusal(wrong), HasSubstr("its scale has shape [2]; needed are 3 real numbers"));
}

/// What torch.onnx.export writes for GroupNorm(2, 4): `back` is the shape behind the norm.
ModelBuilder from_torch(const std::vector<float>& ones = {1, 1},
                        const std::vector<std::int64_t>& back = {0, 4, 3, 3}) {
  ModelBuilder model({0, 4, 3, 3});
  model.integers("parts", {3}, {0, 2, -1});
  model.floats("ones", {2}, ones);
  model.floats("zeros", {2}, {0, 0});
  model.integers("shape", {std::ssize(back)}, back);
  model.floats("scale", {4, 1, 1}, {1, 2, 3, 4});
  model.floats("bias", {4, 1, 1}, {5, 6, 7, 8});
  model.node("Reshape", {"x", "parts"}, {"r"});
  model.node("InstanceNormalization", {"r", "ones", "zeros"}, {"n"}).set_name("norm");
  model.node("Reshape", {"n", "shape"}, {"m"});
  return model;
}

TEST(MergeGroupNorms, MakesOneNodeOfTheFiveThatTorchWrites) {
  ModelBuilder model = from_torch();
  model.node("Mul", {"m", "scale"}, {"a"});
  model.node("Add", {"a", "bias"}, {"b"});
  model.node("Relu", {"b"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "group_norm", "relu"));
  EXPECT_EQ(std::get<GroupNorm>(network.nodes[1].op).groups, 2);
  EXPECT_THAT(parameter(network, "norm", "scale"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(parameter(network, "norm", "shift"), ElementsAre(5, 6, 7, 8));
}

TEST(MergeGroupNorms, AScaleAndAnOffsetMayBeMissing) {
  ModelBuilder model = from_torch();
  model.node("Identity", {"m"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "group_norm"));
  EXPECT_THAT(parameter(network, "norm", "scale"), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(parameter(network, "norm", "shift"), ElementsAre(0, 0, 0, 0));
}

TEST(MergeGroupNorms, TakesTheGridBehindAlong) {
  ModelBuilder model = from_torch();
  model.floats("step", {}, {0.5F});
  model.node("Add", {"m", "bias"}, {"b"});
  model.node("QuantizeLinear", {"b", "step"}, {"q"});
  model.node("DequantizeLinear", {"q", "step"}, {"d"});
  model.node("Neg", {"d"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "group_norm", "unary"));
  EXPECT_TRUE(network.quant.contains("norm"));
}

// Other scales per group, a value with two readers, another shape: all of it stays as it is.
TEST(MergeGroupNorms, LeavesWhatIsSomethingElse) {
  ModelBuilder scaled = from_torch({1, 2});
  scaled.node("Mul", {"m", "scale"}, {"y"});
  EXPECT_EQ(scaled.import().nodes.size(), 6U);
  ModelBuilder read_twice = from_torch();
  read_twice.node("Flatten", {"n"}, {"f"});
  read_twice.node("Flatten", {"m"}, {"g"});
  read_twice.node("Add", {"f", "g"}, {"y"});
  EXPECT_THAT(operators_of(read_twice.import()), testing::Contains("reshape"));
  ModelBuilder other = from_torch({1, 1}, {0, 2, 6, 3});
  other.node("Neg", {"m"}, {"y"});
  EXPECT_THAT(operators_of(other.import()),
              ElementsAre("input", "reshape", "group_norm", "reshape", "unary"));
}

}  // namespace
}  // namespace bitline
