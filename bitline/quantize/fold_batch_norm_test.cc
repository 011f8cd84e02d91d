#include "bitline/quantize/fold_batch_norm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::filled;
using test::network_with_input;
using test::tensor_of;
using testing::ElementsAre;

/// Two channels with gains 2 / √4 = 1 and 6 / √9 = 2.
Network conv_and_norm() {
  Network network = network_with_input({1, 2, 2});
  append(network, "conv", Conv{}, {"input"},
         {{"weight", tensor_of({2, 1, 1, 1}, {5, 7})}, {"bias", tensor_of({2}, {1, 2})}});
  append(network, "norm", BatchNorm{0}, {"conv"},
         {{"scale", tensor_of({2}, {2, 6})},
          {"shift", tensor_of({2}, {10, 20})},
          {"mean", tensor_of({2}, {3, 4})},
          {"variance", tensor_of({2}, {4, 9})}});
  append(network, "relu", Relu{}, {"norm"});
  return network;
}

// (b − μ) · gain + β = (1 − 3) · 1 + 10 and (2 − 4) · 2 + 20.
TEST(FoldBatchNorm, GoesIntoWeightAndBias) {
  Network network = conv_and_norm();
  fold_batch_norm(network);
  EXPECT_THAT(network.tensors.at("conv.weight").data<float>(), ElementsAre(5, 14));
  EXPECT_THAT(network.tensors.at("conv.bias").data<float>(), ElementsAre(8, 16));
  EXPECT_EQ(network.nodes.size(), 3U);
  EXPECT_EQ(network.node("relu").inputs[0], "conv");
  EXPECT_FALSE(network.tensors.contains("norm.mean"));
  infer_shapes(network);
}

// Gains of 1 and 2, and no bias: −μ · gain + β.
TEST(FoldBatchNorm, ScalesEveryWeightOfAnOutput) {
  Network network = network_with_input({2});
  append(network, "linear", Linear{}, {"input"}, {{"weight", tensor_of({2, 2}, {1, 2, 3, 4})}});
  append(network, "norm", BatchNorm{0}, {"linear"},
         {{"scale", tensor_of({2}, {1, 2})},
          {"shift", tensor_of({2}, {0, 1})},
          {"mean", tensor_of({2}, {5, 6})},
          {"variance", tensor_of({2}, {1, 1})}});
  fold_batch_norm(network);
  const Node& linear = network.node("linear");
  EXPECT_THAT(network.parameter(linear, "weight").data<float>(), ElementsAre(1, 2, 6, 8));
  EXPECT_THAT(network.parameter(linear, "bias").data<float>(), ElementsAre(-5, -11));
}

TEST(FoldBatchNorm, LeavesOneWhoseLayerOthersRead) {
  Network network = conv_and_norm();
  append(network, "add", ResidualAdd{}, {"relu", "conv"});
  fold_batch_norm(network);
  EXPECT_EQ(network.nodes.size(), 5U);
  EXPECT_THAT(network.tensors.at("conv.weight").data<float>(), ElementsAre(5, 7));
}

TEST(FoldBatchNorm, RefusesANetworkWithGrids) {
  Network network = conv_and_norm();
  network.quant["input"].scale = filled({1}, 1);
  EXPECT_THROW(fold_batch_norm(network), Error);
}

}  // namespace
}  // namespace bitline
