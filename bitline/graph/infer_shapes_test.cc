// Shapes that follow from a network, and what is refused.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bitline/graph/network.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::filled;
using test::identity_norm;
using test::message_of;
using test::network_with_input;
using test::signed_spec;
using test::unsigned_spec;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const Network& network) {
  return message_of([&network] { infer_shapes(network); });
}

Network one_conv(Conv conv, Tensor weight, Shape input = {4, 7, 9}) {
  Network network = network_with_input(std::move(input));
  append(network, "conv", conv, {"input"}, {{"weight", std::move(weight)}});
  return network;
}

TEST(Shapes, OfAConvolutionWithStridePaddingAndGroups) {
  // Height (7 + 2 - 3) / 2 + 1 = 4, width (9 + 2 - 1) / 2 + 1 = 6; 2 of 4 input channels per group.
  const Network network =
      one_conv({.stride = 2, .padding = 1, .groups = 2}, filled({6, 2, 3, 1}, 1));
  EXPECT_EQ(infer_shapes(network).at("conv"), (Shape{6, 4, 6}));
}

TEST(Shapes, OfAConvolutionWhoseStrideLeavesARemainder) {
  // (7 - 3) / 3 + 1 = 2 and (9 - 3) / 3 + 1 = 3: the last row of the input is not read.
  EXPECT_EQ(infer_shapes(one_conv({.stride = 3}, filled({1, 4, 3, 3}, 1))).at("conv"),
            (Shape{1, 2, 3}));
}

TEST(Shapes, OfPadsOfNoneOrMore) {
  const auto padded = [](std::int64_t before, std::int64_t behind) {
    Network network = network_with_input({1, 2});
    append(network, "pad", Pad{{before, 0}, {behind, 3}, 0}, {"input"});
    return network;
  };
  EXPECT_EQ(infer_shapes(padded(0, 0)).at("pad"), (Shape{1, 5}));
  EXPECT_EQ(infer_shapes(padded(2, 1)).at("pad"), (Shape{4, 5}));
  EXPECT_THAT(refusal(padded(-1, 4)),
              HasSubstr("pads -1 and 4 along axis 0; they have to be 0 or more"));
  EXPECT_THAT(refusal(padded(4, -1)),
              HasSubstr("pads 4 and -1 along axis 0; they have to be 0 or more"));
}

TEST(Shapes, OfAMatrixProductTheInnerExtentsAgree) {
  const auto product_with = [](Shape shape) {
    Network network = network_with_input({3, 4});
    append(network, "matrix", Reshape{std::move(shape)}, {"input"});
    append(network, "product", MatMul{}, {"input", "matrix"});
    return network;
  };
  EXPECT_EQ(infer_shapes(product_with({4, 3})).at("product"), (Shape{3, 3}));
  EXPECT_EQ(infer_shapes(product_with({4, 3})).at("matrix"), (Shape{4, 3}));
  EXPECT_THAT(refusal(product_with({3, 4})),
              HasSubstr("cannot multiply matrices of shapes [3, 4] and [3, 4]"));
  EXPECT_THAT(refusal(product_with({12})),
              HasSubstr("cannot multiply matrices of shapes [3, 4] and [12]"));
}

// 2 · 2^30 values and no more.
TEST(Shapes, OfMoreValuesThanCanBeHeldAreRefused) {
  const auto padded_to = [](std::int64_t channels) {
    Network network = network_with_input({1, 2});
    append(network, "pad", Pad{{0, 0}, {channels - 1, 0}, 0}, {"input"});
    return network;
  };
  const std::int64_t most = std::int64_t{1} << 30;
  EXPECT_EQ(infer_shapes(padded_to(most)).at("pad"), (Shape{most, 2}));
  EXPECT_THAT(refusal(padded_to(most + 1)),
              HasSubstr("node 'pad' (pad): its output of shape [1073741825, 2] has 2147483650 "
                        "values; an image may have 2147483648 of them"));
  EXPECT_THAT(refusal(padded_to(std::int64_t{1} << 41)), HasSubstr("values; an image may have"));
}

TEST(Shapes, OfALinearLayer) {
  Network network = network_with_input({5});
  append(network, "linear", Linear{}, {"input"},
         {{"weight", filled({3, 5}, 1)}, {"bias", filled({3}, 0)}});
  EXPECT_EQ(infer_shapes(network).at("linear"), Shape{3});
}

// Entries 0 … 4 are there to choose from.
TEST(Shapes, OfAGatherFollowItsIndices) {
  Network network = network_with_input({2, 5});
  append(network, "gather", Gather{1, {0, 4, 0}}, {"input"});
  EXPECT_EQ(infer_shapes(network).at("gather"), (Shape{2, 3}));
  for (const std::int64_t index : {-1, 5}) {
    std::get<Gather>(network.nodes.back().op).indices = {index};
    EXPECT_THAT(refusal(network), HasSubstr(fmt::format("index {} along axis 1", index)));
  }
}

TEST(Shapes, OfALayerWithoutAnyWeightAreRefused) {
  Network network = network_with_input({5});
  append(network, "none", Gather{0, {}}, {"input"});
  append(network, "linear", Linear{}, {"none"}, {{"weight", filled({3, 0}, 1)}});
  EXPECT_THAT(refusal(network), HasSubstr("weight of shape [3, 0] has no elements"));
}

// Of four windows over 7 values and a padding of 1 on either side, 3 apart, the last begins at 9.
TEST(Shapes, OfAPoolWithAWindowInPaddingAloneAreRefused) {
  Network network = network_with_input({1, 6, 7});
  append(network, "pool", MaxPool{{.kernel = 2, .stride = 3, .padding = 1, .ceil = true}},
         {"input"});
  EXPECT_THAT(refusal(network), HasSubstr("window 4 of a side of 7"));
  std::get<MaxPool>(network.nodes.back().op).windows.stride = {3, 1};
  EXPECT_EQ(infer_shapes(network).at("pool"), (Shape{1, 3, 8}));
}

TEST(Shapes, OfOperatorsThatKeepTheirInput) {
  Network network = network_with_input({4, 7, 9});
  append(network, "norm", BatchNorm{}, {"input"}, identity_norm(4));
  append(network, "relu", Relu{}, {"norm"});
  append(network, "add", ResidualAdd{}, {"relu", "input"});
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  for (const char* name : {"input", "norm", "relu", "add"})
    EXPECT_EQ(shapes.at(name), (Shape{4, 7, 9})) << name;
}

TEST(Shapes, OfBatchNormBehindALinearLayer) {
  Network network = network_with_input({5});
  append(network, "norm", BatchNorm{}, {"input"}, identity_norm(5));
  EXPECT_EQ(infer_shapes(network).at("norm"), Shape{5});
}

TEST(Shapes, OfPoolsAndFlatten) {
  Network network = network_with_input({4, 7, 9});
  // (7 - 3) / 2 + 1 = 3 and (9 - 3) / 2 + 1 = 4.
  append(network, "pool", MaxPool{{.kernel = 3, .stride = 2}}, {"input"});
  append(network, "flatten", Flatten{}, {"pool"});
  append(network, "average", GlobalAveragePool{}, {"pool"});
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  EXPECT_EQ(shapes.at("pool"), (Shape{4, 3, 4}));
  EXPECT_EQ(shapes.at("flatten"), Shape{48});
  EXPECT_EQ(shapes.at("average"), Shape{4});
}

TEST(ValidateRefuses, ANetworkWithoutAnInput) {
  Network network;
  network.name = "small";
  EXPECT_EQ(refusal(network), "network 'small' does not begin with an input node");
  append(network, "relu", Relu{}, {});
  EXPECT_EQ(refusal(network), "network 'small' does not begin with an input node");
}

TEST(ValidateRefuses, AnInputWithoutExtent) {
  EXPECT_EQ(refusal(network_with_input({})),
            "node 'input' (input): the shape [] is empty; every extent has to be 1 or more");
  EXPECT_THAT(refusal(network_with_input({3, 0, 32})), HasSubstr("the shape [3, 0, 32] is empty"));
  EXPECT_THAT(refusal(network_with_input({-3})), HasSubstr("the shape [-3] is empty"));
}

TEST(ValidateRefuses, ASecondInput) {
  Network network = network_with_input({2});
  append(network, "other", Input{{2}}, {});
  EXPECT_EQ(refusal(network), "node 'other' (input): a network has one input, its first node");
}

TEST(ValidateRefuses, AnInputThatNoNodeMakes) {
  Network network = network_with_input({2});
  append(network, "relu", Relu{}, {"nowhere"});
  EXPECT_EQ(refusal(network), "node 'relu' (relu): reads 'nowhere', which no earlier node makes");
}

TEST(ValidateRefuses, AnInputThatALaterNodeMakes) {
  Network network = network_with_input({2});
  append(network, "first", Relu{}, {"second"});
  append(network, "second", Relu{}, {"input"});
  EXPECT_EQ(refusal(network), "node 'first' (relu): reads 'second', which no earlier node makes");
}

TEST(ValidateRefuses, AnotherNumberOfInputs) {
  Network network = network_with_input({2});
  append(network, "add", ResidualAdd{}, {"input"});
  EXPECT_EQ(refusal(network), "node 'add' (add): has 1 inputs, but 2 are needed");
}

TEST(ValidateRefuses, ANameThatIsUsedTwice) {
  Network network = network_with_input({2});
  append(network, "relu", Relu{}, {"input"});
  append(network, "relu", Relu{}, {"input"});
  EXPECT_EQ(refusal(network), "node 'relu' (relu): the name is used twice");
}

TEST(ValidateRefuses, AWeightOfOtherChannels) {
  EXPECT_EQ(refusal(one_conv({}, filled({6, 3, 1, 1}, 1))),
            "node 'conv' (conv): parameter 'weight' has shape [6, 3, 1, 1], but [6, 4, 1, 1] is "
            "needed");
  Network network = network_with_input({5});
  append(network, "linear", Linear{}, {"input"}, {{"weight", filled({3, 4}, 1)}});
  EXPECT_EQ(refusal(network),
            "node 'linear' (linear): parameter 'weight' has shape [3, 4], but [3, 5] is needed");
}

TEST(ValidateRefuses, ABiasAndStatisticsOfOtherChannels) {
  Network network = network_with_input({5});
  append(network, "linear", Linear{}, {"input"},
         {{"weight", filled({3, 5}, 1)}, {"bias", filled({5}, 0)}});
  EXPECT_THAT(refusal(network), HasSubstr("parameter 'bias' has shape [5], but [3] is needed"));
  Network normalized = network_with_input({4, 7, 9});
  std::map<std::string, Tensor> parameters = identity_norm(4);
  parameters["mean"] = filled({7}, 0);
  append(normalized, "norm", BatchNorm{}, {"input"}, parameters);
  EXPECT_THAT(refusal(normalized), HasSubstr("parameter 'mean' has shape [7], but [4] is needed"));
}

TEST(ValidateRefuses, GroupsThatDoNotDivideTheChannels) {
  EXPECT_EQ(refusal(one_conv({.groups = 3}, filled({6, 1, 1, 1}, 1))),
            "node 'conv' (conv): 3 groups do not divide 4 input and 6 output channels");
  EXPECT_EQ(refusal(one_conv({.groups = 4}, filled({6, 1, 1, 1}, 1))),
            "node 'conv' (conv): 4 groups do not divide 4 input and 6 output channels");
  EXPECT_THAT(refusal(one_conv({.groups = 0}, filled({6, 4, 1, 1}, 1))), HasSubstr("0 groups"));
}

TEST(ValidateRefuses, WeightsThatAreNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Tensor weight = filled({1, 4, 1, 1}, 1);
    weight.data<float>()[3] = bad;
    EXPECT_THAT(refusal(one_conv({}, weight)),
                StartsWith(fmt::format("node 'conv' (conv): parameter 'weight' holds {};", bad)));
  }
}

TEST(ValidateRefuses, NegativeVariances) {
  Network network = network_with_input({2, 1, 1});
  Tensor variance = filled({2}, 1);
  variance.data<float>()[1] = -0.5F;
  append(network, "norm", BatchNorm{}, {"input"},
         {{"scale", filled({2}, 1)},
          {"shift", filled({2}, 0)},
          {"mean", filled({2}, 0)},
          {"variance", variance}});
  EXPECT_THAT(refusal(network), HasSubstr("parameter 'variance' holds -0.5"));
}

TEST(ValidateRefuses, InputsAndWeightsOfAnotherRank) {
  EXPECT_EQ(refusal(one_conv({}, filled({1, 4, 1, 1}, 1), {4})),
            "node 'conv' (conv): input of shape [4] where 3 axes (without the batch) are needed");
  EXPECT_EQ(refusal(one_conv({}, filled({1, 4}, 1))),
            "node 'conv' (conv): weight of shape [1, 4] is not a 2-D kernel");
  Network linear = network_with_input({4, 7, 9});
  append(linear, "linear", Linear{}, {"input"}, {{"weight", filled({3, 4}, 1)}});
  EXPECT_THAT(refusal(linear), HasSubstr("[3, 4], but [3, 9] is needed"));
  Network pool = network_with_input({4});
  append(pool, "pool", MaxPool{}, {"input"});
  EXPECT_THAT(refusal(pool), HasSubstr("where 3 axes"));
  Network average = network_with_input({4});
  append(average, "average", GlobalAveragePool{}, {"input"});
  EXPECT_THAT(refusal(average), HasSubstr("where 3 axes"));
}

TEST(ValidateRefuses, KernelsThatDoNotFit) {
  // 9 columns hold a kernel of 9, 7 rows do not; one row of padding on either side would do.
  EXPECT_EQ(refusal(one_conv({}, filled({1, 4, 9, 9}, 1))),
            "node 'conv' (conv): kernel 9 is larger than its padded input 7");
  EXPECT_EQ(infer_shapes(one_conv({.padding = 1}, filled({1, 4, 9, 9}, 1))).at("conv"),
            (Shape{1, 1, 3}));
  EXPECT_THAT(refusal(one_conv({.stride = 0}, filled({1, 4, 1, 1}, 1))), HasSubstr("stride 0"));
  EXPECT_THAT(refusal(one_conv({.padding = -1}, filled({1, 4, 1, 1}, 1))), HasSubstr("padding -1"));
}

TEST(ValidateRefuses, ASumOfDifferentShapes) {
  Network network = network_with_input({4, 7, 9});
  append(network, "pool", MaxPool{}, {"input"});
  append(network, "add", ResidualAdd{}, {"input", "pool"});
  EXPECT_EQ(refusal(network), "node 'add' (add): cannot add shapes [4, 7, 9] and [4, 3, 4]");
}

TEST(ValidateRefuses, GroupsOfChannelsThatDoNotFit) {
  const auto normalized = [](std::int64_t groups, std::int64_t scales) {
    Network network = network_with_input({4, 7});
    append(network, "norm", GroupNorm{groups}, {"input"},
           {{"scale", filled({scales}, 1)}, {"shift", filled({4}, 0)}});
    return network;
  };
  for (const std::int64_t groups : {1, 2, 4})
    EXPECT_EQ(infer_shapes(normalized(groups, 4)).at("norm"), (Shape{4, 7}));
  EXPECT_EQ(refusal(normalized(3, 4)),
            "node 'norm' (group_norm): 3 groups do not divide 4 channels");
  EXPECT_THAT(refusal(normalized(0, 4)), HasSubstr("0 groups"));
  EXPECT_THAT(refusal(normalized(2, 2)), HasSubstr("[2], but [4] is needed"));
}

TEST(InferShapes, WhereBroadcastsAllThree) {
  Network network = network_with_input({4, 1, 9});
  append(network, "rows", Constant{}, {}, {{"value", filled({7, 1}, 1)}});
  append(network, "one", Constant{}, {}, {{"value", filled({}, 1)}});
  append(network, "where", Where{}, {"input", "one", "rows"});
  EXPECT_EQ(infer_shapes(network).at("where"), (Shape{4, 7, 9}));
}

TEST(ValidateRefuses, AQuantizerOnNothing) {
  Network network = one_conv({}, filled({6, 4, 1, 1}, 1));
  network.quant["conv.weight"] = signed_spec(4);
  network.quant["conv"] = unsigned_spec(4);
  EXPECT_NO_THROW(infer_shapes(network));
  network.quant["conv.wait"] = signed_spec(4);
  EXPECT_EQ(refusal(network), "a quantizer stands on 'conv.wait', which the network does not have");
}

TEST(ValidateRefuses, ScalesThatDoNotRunAlongTheirAxis) {
  Network network = one_conv({}, filled({3, 4, 1, 1}, 1));
  network.quant["conv.weight"] = signed_spec(4, {1, 2, 3}, 0);
  EXPECT_NO_THROW(infer_shapes(network));
  network.quant["conv.weight"] = signed_spec(4, {1, 2}, 0);
  EXPECT_EQ(refusal(network),
            "conv.weight: 2 scales along axis 0 of shape [3, 4, 1, 1]; give one per entry");
  network.quant["conv.weight"] = signed_spec(4, {1, 2, 3}, 4);
  EXPECT_EQ(refusal(network),
            "conv.weight: 3 scales along axis 4 of shape [3, 4, 1, 1]; give one per entry");
}

}  // namespace
}  // namespace bitline
