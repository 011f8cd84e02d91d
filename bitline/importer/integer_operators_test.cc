// What operators on integers become, and what of them is refused; study/integer_operators_test.cc
// runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/quantize/integer_layer.h"
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

/// x [2, 1, 1] → QuantizeLinear → "xi", on UINT8 with scale 0.5 and zero point 3.
ModelBuilder quantized_input() {
  ModelBuilder model({0, 2, 1, 1});
  model.floats("sx", {}, {0.5F});
  model.small("zx", TensorProto::UINT8, {}, {3});
  model.node("QuantizeLinear", {"x", "sx", "zx"}, {"xi"});
  model.floats("sy", {}, {0.25F});
  model.small("zy", TensorProto::INT8, {}, {-7});
  return model;
}

const std::vector<std::string> kConvInputs{"xi", "sx", "zx", "w", "sw", "zw", "sy", "zy", "b"};

ModelBuilder with_convolution(const std::vector<std::string>& inputs = kConvInputs) {
  ModelBuilder model = quantized_input();
  model.small("w", TensorProto::UINT8, {2, 2, 1, 1}, {0, 255, 130, 128});
  model.floats("sw", {2}, {0.5F, 2});
  model.small("zw", TensorProto::UINT8, {}, {128});
  model.small("b", TensorProto::INT32, {2}, {1000, -3});
  model.node("QLinearConv", inputs, {"yi"}).set_name("conv");
  model.node("DequantizeLinear", {"yi", "sy", "zy"}, {"y"});
  return model;
}

TEST(QLinearConv, IsALayerOnItsGrids) {
  const Network network = with_convolution().import();
  EXPECT_EQ(network.nodes.size(), 2U);
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(-128, 127, 2, 0));
  EXPECT_EQ(layer.weight_bits, 8);
  EXPECT_EQ(layer.input_zero_point, 3);
  const QuantSpec& grid = network.quant.at("conv");
  EXPECT_TRUE(grid.by_multiplier);
  EXPECT_TRUE(grid.is_signed);
  EXPECT_EQ(grid.zero_point, -7);
  // 1000 · 0.5 · 0.5 and −3 · 0.5 · 2.
  EXPECT_THAT(network.tensors.at("conv.bias").data<float>(), ElementsAre(250, -3));
}

TEST(QLinearConv, RefusesAnotherGridThanThatOfItsInput) {
  std::vector<std::string> inputs = kConvInputs;
  inputs[1] = "sy";
  EXPECT_THAT(refusal(with_convolution(inputs)),
              HasSubstr("not those of the QuantizeLinear in front of it"));
}

TEST(QLinearConv, RefusesRealNumbers) {
  std::vector<std::string> inputs = kConvInputs;
  inputs[0] = "x";
  EXPECT_THAT(refusal(with_convolution(inputs)),
              HasSubstr("not those of the QuantizeLinear in front of it"));
}

TEST(QLinearConv, RefusesBiasesThatDoNotFit) {
  std::vector<std::string> inputs = kConvInputs;
  inputs[8] = "more";
  ModelBuilder model = with_convolution(inputs);
  model.small("more", TensorProto::INT32, {3}, {1, 2, 3});
  EXPECT_THAT(refusal(model), HasSubstr("3 biases and 2 scales of weights for 2 outputs"));
}

// Without a grid of its own, the result of QGemm is real numbers.
TEST(QGemm, MayEndInRealNumbers) {
  ModelBuilder model = quantized_input();
  model.node("Flatten", {"xi"}, {"row"});
  model.small("w", TensorProto::INT8, {1, 2}, {5, -6});
  model.floats("sw", {}, {0.5F});
  model.small("zw", TensorProto::INT8, {}, {0});
  model.node("QGemm", {"row", "sx", "zx", "w", "sw", "zw"}, {"y"},
             {attribute("transB", std::int64_t{1}), attribute("alpha", 3.0F)}, "com.microsoft");
  const Network network = model.import();
  EXPECT_FALSE(network.quant.contains(network.nodes.back().name));
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(5, -6));
  EXPECT_THAT(layer.weight_scale, ElementsAre(1.5F));
}

TEST(QLinearAveragePool, RefusesChannelsLast) {
  ModelBuilder model = quantized_input();
  model.node("QLinearGlobalAveragePool", {"xi", "sx", "zx", "sy", "zy"}, {"y"},
             {attribute("channels_last", std::int64_t{1})}, "com.microsoft");
  EXPECT_THAT(refusal(model), HasSubstr("channels_last = 1 is not supported"));
}

/// A layer of sums with what `add` puts behind "sums".
template <typename Add>
std::string refusal_of_sums(const Add& add) {
  ModelBuilder model = quantized_input();
  model.node("Flatten", {"xi"}, {"row"});
  model.small("w", TensorProto::INT8, {2, 2}, {1, 2, 3, 4});
  model.node("MatMulInteger", {"row", "w", "zx"}, {"sums"});
  model.floats("c", {}, {0.5F});
  add(model);
  return refusal(model);
}

const std::vector<onnx::AttributeProto> kToFloat{attribute("to", std::int64_t{TensorProto::FLOAT})};

TEST(MatMulInteger, NeedsAConstantScaleBehindIt) {
  EXPECT_THAT(
      refusal_of_sums([](ModelBuilder& model) { model.node("Cast", {"sums"}, {"y"}, kToFloat); }),
      HasSubstr("the output 'y' is the sums of integers"));
  EXPECT_THAT(refusal_of_sums([](ModelBuilder& model) {
                model.node("Cast", {"sums"}, {"real"}, kToFloat);
                model.node("Relu", {"real"}, {"y"});
              }),
              HasSubstr("a Cast to FLOAT and a Mul with a constant have to follow"));
  EXPECT_THAT(refusal_of_sums([](ModelBuilder& model) {
                model.node("Mul", {"sums", "c"}, {"y"});
              }),
              HasSubstr("put a Cast to FLOAT in front of it"));
  EXPECT_THAT(refusal_of_sums([](ModelBuilder& model) {
                model.floats("three", {3}, {1, 2, 3});
                model.node("Cast", {"sums"}, {"real"}, kToFloat);
                model.node("Mul", {"real", "three"}, {"y"});
              }),
              HasSubstr("one for each of the 2 outputs"));
  EXPECT_THAT(refusal_of_sums([](ModelBuilder& model) {
                model.node("Cast", {"sums"}, {"real"}, kToFloat);
                model.node("Mul", {"real", "c"}, {"a"});
                model.node("Mul", {"real", "c"}, {"b"});
                model.node("Add", {"a", "b"}, {"y"});
              }),
              HasSubstr("multiplied twice"));
}

TEST(MatMulInteger, RefusesAnotherZeroPointThanThatOfItsInput) {
  ModelBuilder model = quantized_input();
  model.node("Flatten", {"xi"}, {"row"});
  model.small("w", TensorProto::INT8, {2, 2}, {1, 2, 3, 4});
  model.node("MatMulInteger", {"row", "w"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("its zero point 0 is not the 3"));
}

// A scale that is measured on each image has no array to be designed for.
TEST(DynamicQuantizeLinear, IsRefusedWithTheWayOut) {
  ModelBuilder model({0, 2});
  model.node("DynamicQuantizeLinear", {"x"}, {"q", "s", "z"});
  model.node("DequantizeLinear", {"q", "s", "z"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("quantize statically, with calibration images"));
}

}  // namespace
}  // namespace bitline
