// Scales that are 0, negative, or one per channel of a value, and integers that are joined or cut
// between QuantizeLinear and DequantizeLinear.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "bitline/quantize/integer_layer.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::list_attribute;
using test::ModelBuilder;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

/// `from` → QuantizeLinear → `to`, on UINT8 with scale 0.5 and zero point 3.
void quantize(ModelBuilder& model, const std::string& from, const std::string& to) {
  model.node("QuantizeLinear", {from, "sx", "zx"}, {to});
}

/// `from` → DequantizeLinear → 1×1 convolution with INT8 weights 1 → y.
void add_layer(ModelBuilder& model, const std::string& from, std::int64_t channels) {
  model.node("DequantizeLinear", {from, "sx", "zx"}, {"real"});
  model.small("wi", TensorProto::INT8, {1, channels, 1, 1},
              std::vector<int>(static_cast<std::size_t>(channels), 1));
  model.floats("sw", {}, {1});
  model.node("DequantizeLinear", {"wi", "sw"}, {"w"});
  model.node("Conv", {"real", "w"}, {"y"}).set_name("conv");
}

ModelBuilder model_on_grid(const Shape& input) {
  ModelBuilder model(input);
  model.floats("sx", {}, {0.5F});
  model.small("zx", TensorProto::UINT8, {}, {3});
  return model;
}

/// One layer with INT8 weights [2, 2] under two scales.
IntegerLayer layer_of(const std::vector<int>& weights, const std::vector<float>& scales) {
  ModelBuilder model = model_on_grid({0, 2, 1, 1});
  quantize(model, "x", "xi");
  model.node("DequantizeLinear", {"xi", "sx", "zx"}, {"q"});
  model.small("wi", TensorProto::INT8, {2, 2, 1, 1}, weights);
  model.floats("sw", {2}, scales);
  model.node("DequantizeLinear", {"wi", "sw"}, {"w"}, {attribute("axis", std::int64_t{0})});
  model.node("Conv", {"q", "w"}, {"y"});
  return integer_layers(model.import()).at(0);
}

TEST(WeightScales, ZeroMakesAChannelOfZeros) {
  const IntegerLayer layer = layer_of({5, -3, 7, -128}, {0.5F, 0});
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(5, -3, 0, 0));
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.5F, 1));
  EXPECT_EQ(layer.weight_bits, 8);
}

TEST(WeightScales, ANegativeOneNegatesItsIntegers) {
  const IntegerLayer layer = layer_of({5, -128, 7, -9}, {0.5F, -0.25F});
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(5, -128, -7, 9));
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.5F, 0.25F));
  EXPECT_EQ(layer.weight_bits, 8);
}

// 128 is none of the 8-bit integers.
TEST(WeightScales, ANegativeOneTakesABitMoreWhereItHasTo) {
  const IntegerLayer layer = layer_of({5, -3, -128, 1}, {0.5F, -0.25F});
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(5, -3, 128, -1));
  EXPECT_EQ(layer.weight_bits, 9);
}

TEST(WeightScales, OfBiasesToo) {
  ModelBuilder model = model_on_grid({0, 1, 1, 1});
  quantize(model, "x", "xi");
  model.node("DequantizeLinear", {"xi", "sx", "zx"}, {"q"});
  model.floats("w", {3, 1, 1, 1}, {1, 2, 3});
  model.small("bi", TensorProto::INT32, {3}, {100000, 6, 7});
  model.floats("sb", {3}, {0.5F, 0, -0.25F});
  model.node("DequantizeLinear", {"bi", "sb"}, {"b"}, {attribute("axis", std::int64_t{0})});
  model.node("Conv", {"q", "w", "b"}, {"y"}).set_name("conv");
  EXPECT_THAT(model.import().tensors.at("conv.bias").data<float>(), ElementsAre(50000, 0, -1.75F));
}

// 3 / −0.5 is −6, times −0.5 is 3: on the positive scale it is 6.
TEST(WeightScales, OfQuantToo) {
  ModelBuilder model({0, 1});
  model.floats("zero", {}, {0});
  model.floats("sx", {}, {0.25F});
  model.floats("bits", {}, {4});
  model.node("Quant", {"x", "sx", "zero", "bits"}, {"q"}, {}, "qonnx.custom_op.general");
  model.floats("w", {1, 3}, {3, 4, -1});
  model.floats("sw", {1, 3}, {-0.5F, 0, 0.5F});
  model.node("Quant", {"w", "sw", "zero", "bits"}, {"wq"}, {}, "qonnx.custom_op.general");
  model.node("MatMul", {"q", "wq"}, {"y"});
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(6, 0, -2));
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.5F, 1, 0.5F));
}

TEST(WeightScales, RefusesNumbersThatAreNone) {
  EXPECT_THAT(test::message_of([] {
                layer_of({1, 1, 1, 1}, {1, NAN});
              }),
              HasSubstr("scale nan is not a number"));
}

TEST(ValueScales, ZeroIsRefused) {
  ModelBuilder model({0, 2});
  model.floats("s", {}, {0});
  model.node("QuantizeLinear", {"x", "s"}, {"xi"});
  model.node("DequantizeLinear", {"xi", "s"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("scale 0 is not a positive number"));
}

/// The input [2, 1, 1] under two scales, in front of a convolution of 2 · `outputs` weights 3, 4, …
/// under the scales 0.5 and 0.25, or of real numbers.
ModelBuilder channel_scales(const std::vector<float>& scales, std::int64_t groups,
                            bool weights_on_grid = true) {
  ModelBuilder model({0, 2, 1, 1});
  model.floats("s", {2}, scales);
  model.small("z", TensorProto::INT8, {2}, {0, 0});
  const std::vector<onnx::AttributeProto> axis{attribute("axis", std::int64_t{1})};
  model.node("QuantizeLinear", {"x", "s", "z"}, {"xi"}, axis);
  model.node("DequantizeLinear", {"xi", "s", "z"}, {"q"}, axis);
  const Shape shape{2, 2 / groups, 1, 1};
  if (weights_on_grid) {
    std::vector<int> weights(static_cast<std::size_t>(element_count(shape)));
    std::iota(weights.begin(), weights.end(), 3);
    model.small("wi", TensorProto::INT8, shape, weights);
    model.floats("sw", {2}, {0.5F, 0.25F});
    model.node("DequantizeLinear", {"wi", "sw"}, {"w"}, {attribute("axis", std::int64_t{0})});
  } else {
    model.floats("w", shape, {1, 2, 3, 4});
  }
  model.node("Conv", {"q", "w"}, {"y"}, {attribute("group", groups)}).set_name("conv");
  return model;
}

// x̂ of channel 1 is 8 · A, so that its weight's step 0.25 becomes 2; the other's 0.5 · 0.125.
TEST(ValueScales, PerChannelGoIntoTheWeightsOfADepthwiseLayer) {
  const Network network = channel_scales({0.125F, 8}, 2).import();
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(3, 4));
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.0625F, 2));
  EXPECT_EQ(layer.input_scale, 1);
  const Node& divided = network.nodes.at(2);
  EXPECT_EQ(std::get<Binary>(divided.op).function, BinaryFunction::kDiv);
  EXPECT_THAT(network.tensors.at(network.nodes.at(1).parameters.at("value")).data<float>(),
              ElementsAre(0.125F, 8));
}

TEST(ValueScales, PerChannelGoIntoRealWeights) {
  const Network network = channel_scales({0.125F, 8}, 1, false).import();
  EXPECT_THAT(network.tensors.at("conv.weight").data<float>(), ElementsAre(0.125F, 16, 0.375F, 32));
}

TEST(ValueScales, EqualOnesAreOne) {
  const Network network = channel_scales({0.5F, 0.5F}, 1).import();
  EXPECT_EQ(network.nodes.size(), 2U);
  EXPECT_EQ(integer_layers(network).at(0).input_scale, 0.5F);
}

TEST(ValueScales, PerChannelAreRefusedWhereWeightsCannotTakeThemIn) {
  EXPECT_THAT(refusal(channel_scales({0.125F, 8}, 1)), HasSubstr("each output sums 2 channels"));
  ModelBuilder model({0, 2, 1, 1});
  model.floats("s", {2}, {1, 2});
  model.node("QuantizeLinear", {"x", "s"}, {"xi"});
  model.node("DequantizeLinear", {"xi", "s"}, {"q"});
  ModelBuilder end = model;
  end.node("Identity", {"q"}, {"y"});
  EXPECT_THAT(refusal(end), HasSubstr("'y' has one scale per channel"));
  model.node("Relu", {"q"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("only a layer can take into its weights"));
}

TEST(Integers, AreConcatenatedOnOneGrid) {
  ModelBuilder model = model_on_grid({0, 2, 1, 1});
  quantize(model, "x", "a");
  model.node("Relu", {"x"}, {"r"});
  quantize(model, "r", "b");
  model.small("c", TensorProto::UINT8, {1, 1, 1, 1}, {9});
  model.node("Concat", {"a", "b", "c"}, {"joined"}, {attribute("axis", std::int64_t{1})})
      .set_name("join");
  add_layer(model, "joined", 5);
  const Network network = model.import();
  EXPECT_TRUE(std::holds_alternative<Concat>(network.node("join").op));
  EXPECT_EQ(integer_layers(network).at(0).input_zero_point, 3);
  EXPECT_EQ(network.quant.at("join").scale.data<float>()[0], 0.5F);
  const Node& constant = network.node(network.node("join").inputs[2]);
  EXPECT_THAT(network.parameter(constant, "value").data<float>(), ElementsAre(3));  // (9 − 3) / 2
}

TEST(Integers, OfDifferentGridsAreNotConcatenated) {
  ModelBuilder model = model_on_grid({0, 2, 1, 1});
  quantize(model, "x", "a");
  model.floats("other", {}, {0.25F});
  model.node("QuantizeLinear", {"x", "other", "zx"}, {"b"});
  model.node("Concat", {"a", "b"}, {"joined"}, {attribute("axis", std::int64_t{1})});
  add_layer(model, "joined", 4);
  EXPECT_THAT(refusal(model), HasSubstr("integers of different scales"));
}

// 7 is (7 − 3) · 0.5 = 2.
TEST(Integers, ArePaddedWithAnInteger) {
  ModelBuilder model = model_on_grid({0, 1, 2, 2});
  quantize(model, "x", "a");
  model.integers("pads", {8}, {0, 0, 1, 0, 0, 0, 0, 2});
  model.small("seven", TensorProto::UINT8, {}, {7});
  model.node("Pad", {"a", "pads", "seven"}, {"padded"}).set_name("pad");
  add_layer(model, "padded", 1);
  const Network network = model.import();
  EXPECT_EQ(std::get<Pad>(network.node("pad").op).value, 2);
  EXPECT_EQ(network.quant.at("pad").zero_point, 3);
  EXPECT_EQ(integer_layers(network).at(0).geometry.in_width, 4);
}

TEST(Integers, ArePaddedWithThoseOfTheirGridOnly) {
  ModelBuilder model = model_on_grid({0, 1, 2, 2});
  quantize(model, "x", "a");
  model.integers("pads", {8}, {0, 0, 1, 0, 0, 0, 0, 2});
  model.integers("much", {}, {256});
  model.node("Pad", {"a", "pads", "much"}, {"padded"});
  add_layer(model, "padded", 1);
  EXPECT_THAT(refusal(model), HasSubstr("256 is not on the grid of its input, 0 to 255"));
}

TEST(Integers, AreCutIntoParts) {
  ModelBuilder model = model_on_grid({0, 4, 1, 1});
  quantize(model, "x", "a");
  model.node("Split", {"a"}, {"front", "behind"}, {attribute("axis", std::int64_t{1})});
  model.integers("one", {1}, {1});
  model.integers("two", {1}, {2});
  model.node("Slice", {"behind", "one", "two", "one"}, {"slice"});
  add_layer(model, "slice", 1);
  const Network network = model.import();
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_EQ(layer.input_zero_point, 3);
  EXPECT_THAT(std::get<Gather>(network.nodes.at(1).op).indices, ElementsAre(2, 3));
  EXPECT_THAT(std::get<Gather>(network.nodes.at(2).op).indices, ElementsAre(1));
}

}  // namespace
}  // namespace bitline
