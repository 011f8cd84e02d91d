#include "bitline/runtime/lowering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/graphs.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

std::vector<std::string> outputs_of(const std::vector<Step>& steps) {
  std::vector<std::string> outputs;
  for (const Step& step : steps) outputs.push_back(step.output);
  return outputs;
}

TEST(Lowering, FoldsBatchNormSumAndReluBehindTheirLayer) {
  const Network network = test::small_network();
  const std::vector<Step> steps = lower(network);
  // the shortcut ends at its batch-norm, because the main branch has swallowed the sum
  EXPECT_THAT(outputs_of(steps),
              ::testing::ElementsAre("input", "first_relu", "shortcut_norm", "add_relu",
                                     "grouped_relu", "pool", "average", "last"));
  const Step& main = steps[3];
  EXPECT_EQ(main.node->name, "main");
  EXPECT_EQ(main.batch_norm->name, "main_norm");
  EXPECT_EQ(main.addend, "shortcut_norm");
  EXPECT_THAT(main.nodes, ::testing::ElementsAre(main.node, main.batch_norm,
                                                 ::testing::Field(&Node::name, "add"),
                                                 ::testing::Field(&Node::name, "add_relu")));
  EXPECT_TRUE(main.relu);
  EXPECT_EQ(main.spec->bits, 4);
}

TEST(Lowering, KeepsAValueThatHasAGridOfItsOwn) {
  Network network = test::small_network();
  network.quant["first_norm"] = network.quant.at("first_relu");
  const std::vector<Step> steps = lower(network);
  EXPECT_THAT(outputs_of(steps), ::testing::Contains("first_norm"));
  EXPECT_THAT(outputs_of(steps), ::testing::Contains("first_relu"));
}

TEST(Lowering, KeepsAValueThatTwoNodesRead) {
  Network network = test::small_network();
  for (Node& node : network.nodes)
    if (node.name == "shortcut") node.inputs = {"first_norm"};
  EXPECT_THAT(outputs_of(lower(network)), ::testing::Contains("first_norm"));
}

TEST(Lowering, LiveValuesAreThoseThatLaterStepsRead) {
  const Network network = test::small_network();
  const std::vector<Step> steps = lower(network);
  const std::vector<std::vector<std::string>> live = live_values(steps);
  ASSERT_EQ(live.size(), steps.size() + 1);
  EXPECT_THAT(live[2], ::testing::ElementsAre("first_relu"));
  EXPECT_THAT(live[3], ::testing::ElementsAre("first_relu", "shortcut_norm"));
  EXPECT_THAT(live.back(), ::testing::ElementsAre("last"));
}

TEST(Lowering, FoldsABatchNormBehindALinearLayerOfOneVectorOnly) {
  for (const Shape& input : {Shape{2}, Shape{2, 2}}) {
    Network network = test::network_with_input(input);
    test::append(network, "linear", Linear{}, {"input"}, {{"weight", test::filled({2, 2}, 1)}});
    test::append(network, "norm", BatchNorm{}, {"linear"}, test::identity_norm(2));
    EXPECT_EQ(lower(network).size(), input.size() == 1 ? 2U : 3U);
  }
}

TEST(Lowering, ConstantsComeNoSoonerThanTheyAreRead) {
  Network network = test::network_with_input({2});
  test::append(network, "constant", Constant{}, {}, {{"value", test::filled({2}, 1)}});
  test::append(network, "unread", Constant{}, {}, {{"value", test::filled({2}, 1)}});
  test::append(network, "relu", Relu{}, {"input"});
  test::append(network, "sum", Binary{}, {"relu", "constant"});
  EXPECT_THAT(outputs_of(lower(network)),
              ::testing::ElementsAre("input", "relu", "constant", "sum"));
}

}  // namespace
}  // namespace bitline
