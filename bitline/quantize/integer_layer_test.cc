#include "bitline/quantize/integer_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::filled;
using test::message_of;
using test::network_with_input;
using test::signed_spec;
using test::tensor_of;
using test::unsigned_spec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A grouped convolution and a linear layer, both on their grids.
Network two_layers() {
  Network network = network_with_input({2, 5, 4});
  append(network, "conv", Conv{.stride = 2, .padding = 1, .groups = 2}, {"input"},
         {{"weight", tensor_of({2, 1, 2, 1}, {0.24F, -0.26F, 0.75F, -9})}});
  append(network, "relu", Relu{}, {"conv"});
  append(network, "pool", GlobalAveragePool{}, {"relu"});
  append(network, "linear", Linear{}, {"pool"},
         {{"weight", tensor_of({3, 2}, {0.3F, 0.3F, 0.3F, 0.3F, 0.3F, 0.3F})}});
  network.quant["input"] = signed_spec(8, {0.02F});
  network.quant["conv.weight"] = signed_spec(3, {0.5F});
  network.quant["pool"] = unsigned_spec(4, 0.25F);
  network.quant["linear.weight"] = signed_spec(5, {0.1F, 0.2F, 0.6F}, 0);
  return network;
}

std::vector<std::int32_t> weights_of(const IntegerLayer& layer) {
  const auto weights = layer.weights.data<std::int32_t>();
  return {weights.begin(), weights.end()};
}

std::string refusal(const Network& network) {
  return message_of([&network] { integer_layers(network); });
}

TEST(IntegerLayers, StandInTheOrderOfTheNetwork) {
  const std::vector<IntegerLayer> layers = integer_layers(two_layers());
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].name, "conv");
  EXPECT_FALSE(layers[0].is_linear);
  EXPECT_EQ(layers[1].name, "linear");
  EXPECT_TRUE(layers[1].is_linear);
}

TEST(IntegerLayers, WeightsAreRoundedToTheirGrid) {
  const IntegerLayer layer = integer_layers(two_layers())[0];
  EXPECT_EQ(layer.weights.shape(), (Shape{2, 2}));
  // w / 0.5: 0.48, -0.52, the tie 1.5, -18; three bits end at -3 and 3.
  EXPECT_THAT(weights_of(layer), ElementsAre(0, -1, 2, -3));
  EXPECT_EQ(layer.weight_bits, 3);
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.5F));
}

TEST(IntegerLayers, EachOutputChannelIsRoundedByItsOwnScale) {
  const IntegerLayer layer = integer_layers(two_layers())[1];
  // 0.3 / 0.1 = 3; 0.3 / 0.2 = 1.5 in real numbers, and a tie in float32 too: to 2; 0.3 / 0.6 =
  // 0.5: a tie, to 0.
  EXPECT_THAT(weights_of(layer), ElementsAre(3, 3, 2, 2, 0, 0));
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.1F, 0.2F, 0.6F));
}

TEST(IntegerLayers, GeometryIsThatOfTheConvolution) {
  const ConvGeometry geometry = integer_layers(two_layers())[0].geometry;
  EXPECT_EQ(geometry.in_channels, 2);
  EXPECT_EQ(geometry.in_height, 5);
  EXPECT_EQ(geometry.in_width, 4);
  EXPECT_EQ(geometry.out_channels, 2);
  EXPECT_EQ(geometry.kernel_height, 2);
  EXPECT_EQ(geometry.kernel_width, 1);
  EXPECT_EQ(geometry.stride, Extents(2));
  EXPECT_EQ(geometry.padding, Padding(1));
  EXPECT_EQ(geometry.groups, 2);
  EXPECT_EQ(geometry.fan_in(), 2);      // 2 / 2 channels · 2 · 1
  EXPECT_EQ(geometry.out_height(), 3);  // (5 + 2 - 2) / 2 + 1
  EXPECT_EQ(geometry.out_width(), 3);   // (4 + 2 - 1) / 2 + 1
  EXPECT_EQ(geometry.out_size(), 18);
}

TEST(IntegerLayers, ALinearLayerIsAConvolutionOfOnePosition) {
  const ConvGeometry geometry = integer_layers(two_layers())[1].geometry;
  EXPECT_EQ(geometry.in_channels, 2);
  EXPECT_EQ(geometry.out_channels, 3);
  EXPECT_EQ(geometry.fan_in(), 2);
  EXPECT_EQ(geometry.out_positions(), 1);
}

TEST(IntegerLayers, InputIsThatOfTheValueThatTheLayerReads) {
  const std::vector<IntegerLayer> layers = integer_layers(two_layers());
  EXPECT_EQ(layers[0].input_bits, 8);
  EXPECT_TRUE(layers[0].input_signed);
  EXPECT_TRUE(layers[0].input_narrow);
  EXPECT_EQ(layers[0].input_scale, 0.02F);
  EXPECT_EQ(layers[0].pad_value, 0);
  EXPECT_EQ(layers[1].input_bits, 4);
  EXPECT_FALSE(layers[1].input_signed);
  EXPECT_EQ(layers[1].input_scale, 0.25F);
}

TEST(IntegerLayers, OddWeightsAndInputsAreMarked) {
  Network network = two_layers();
  network.quant.at("conv.weight").odd = true;
  network.quant.at("input").odd = true;
  EXPECT_THROW(integer_layers(network), Error);  // its padding, 0, is not on the grid
  std::get<Conv>(network.nodes[1].op).padding = 0;
  const IntegerLayer layer = integer_layers(network)[0];
  EXPECT_TRUE(layer.weight_odd);
  EXPECT_TRUE(layer.input_odd);
  // w / 0.5 = 0.48, -0.52, 1.5, -18 to the nearest odd number in -7 … 7.
  EXPECT_THAT(weights_of(layer), ElementsAre(1, -1, 1, -7));
}

TEST(IntegerLayersRefuse, ANetworkWithoutGrids) {
  Network network = two_layers();
  network.quant.clear();
  EXPECT_EQ(refusal(network),
            "no layer of network 'small' has integer grids; train it on grids, or give it "
            "some with `bitline quantize`; one that a run made goes with --run");
}

// The second layer lacks the grid of its weight or of its input.
TEST(IntegerLayers, LayersThatLackAGridAreLeftOut) {
  const Network complete = two_layers();
  for (const std::string& missing :
       {std::string("linear.weight"), complete.node("linear").inputs[0]}) {
    Network network = complete;
    network.quant.erase(missing);
    EXPECT_TRUE(has_integer_grid(network, network.node("conv")));
    EXPECT_FALSE(has_integer_grid(network, network.node("linear")));
    ASSERT_EQ(integer_layers(network).size(), 1U) << missing;
    EXPECT_EQ(integer_layers(network)[0].name, "conv");
  }
}

TEST(IntegerLayers, TheZeroPointOfTheInputStandsInThePadding) {
  Network network = two_layers();
  network.quant["input"] = unsigned_spec(8, 0.5F);
  network.quant["input"].zero_point = 3;
  const IntegerLayer layer = integer_layers(network)[0];
  EXPECT_EQ(layer.input_zero_point, 3);
  EXPECT_EQ(layer.pad_value, 3);
}

TEST(IntegerLayers, WeightsLoseTheirZeroPoint) {
  // Unsigned bytes around 128 are the signed bytes; around 100 they need one bit more.
  Network network = two_layers();
  QuantSpec spec = unsigned_spec(8, 0.5F);
  spec.zero_point = 128;
  network.quant["conv.weight"] = spec;
  IntegerLayer layer = integer_layers(network)[0];
  EXPECT_THAT(weights_of(layer), ElementsAre(0, -1, 2, -18));
  EXPECT_EQ(layer.weight_bits, 8);
  network.quant["conv.weight"].zero_point = 10;
  layer = integer_layers(network)[0];
  EXPECT_THAT(weights_of(layer), ElementsAre(0, -1, 2, -10));
  EXPECT_EQ(layer.weight_bits, 9);
}

TEST(IntegerLayers, ALinearLayerTakesAllVectorsOfAnImage) {
  Network network = network_with_input({5, 2});
  append(network, "linear", Linear{}, {"input"}, {{"weight", filled({3, 2}, 1)}});
  network.quant["input"] = unsigned_spec(4);
  network.quant["linear.weight"] = signed_spec(4);
  const IntegerLayer layer = integer_layers(network)[0];
  EXPECT_EQ(layer.vectors, 5);
  EXPECT_EQ(layer.geometry.in_size(), 2);
  EXPECT_EQ(layer.geometry.out_size(), 3);
}

TEST(IntegerLayersRefuse, AScaleThatWasNeverCalibrated) {
  Network network = two_layers();
  network.quant["pool"] = unsigned_spec(4, 0);
  EXPECT_THAT(refusal(network), StartsWith("pool: scale 0 is not a positive number"));
}

TEST(IntegerLayersRefuse, AnInputWithOneScalePerChannel) {
  Network network = two_layers();
  network.quant["input"] = signed_spec(8, {0.1F, 0.2F}, 1);
  EXPECT_THAT(refusal(network), StartsWith("layer conv: its input has one scale per channel"));
}

TEST(IntegerLayersRefuse, WeightScalesAlongAnotherAxisThanTheOutputs) {
  Network network = two_layers();
  network.quant["linear.weight"] = signed_spec(5, {0.1F, 0.2F}, 1);
  EXPECT_THAT(refusal(network),
              HasSubstr("layer linear: its weight has scales along axis 1; only one per output "
                        "channel (axis 0) can be mapped"));
}

}  // namespace
}  // namespace bitline
