// Integers, scales and zero points of quantized files are taken over exactly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/quantize/integer_layer.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::list_attribute;
using test::message_of;
using test::ModelBuilder;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kQonnx = "qonnx.custom_op.general";

/// x → QuantizeLinear → DequantizeLinear → q, on UINT8 with scale 0.1 and the zero point.
void quantize_input(ModelBuilder& model, int zero_point) {
  model.floats("sx", {}, {0.1F});
  model.small("zx", TensorProto::UINT8, {}, {zero_point});
  model.node("QuantizeLinear", {"x", "sx", "zx"}, {"xi"});
  model.node("DequantizeLinear", {"xi", "sx", "zx"}, {"q"});
}

TEST(QuantizeLinear, WeightsAndInputsOfALayer) {
  ModelBuilder model({0, 2, 3, 3});
  quantize_input(model, 7);
  model.small("wi", TensorProto::INT8, {2, 2, 1, 1}, {-128, 127, 3, -4});
  model.floats("sw", {2}, {0.3F, 0.7F});
  model.small("zw", TensorProto::INT8, {2}, {0, 0});
  model.node("DequantizeLinear", {"wi", "sw", "zw"}, {"w"}, {attribute("axis", std::int64_t{0})});
  model.small("bi", TensorProto::INT32, {2}, {100000, -5});
  model.floats("sb", {}, {0.5F});
  model.node("DequantizeLinear", {"bi", "sb"}, {"b"});
  model.node("Conv", {"q", "w", "b"}, {"y"}, {list_attribute("pads", {1, 1, 1, 1})})
      .set_name("conv");
  const Network network = model.import();
  EXPECT_EQ(network.nodes.size(), 2U);  // the grid stands on the input itself
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(-128, 127, 3, -4));
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.3F, 0.7F));
  EXPECT_EQ(layer.weight_bits, 8);
  EXPECT_EQ(layer.input_scale, 0.1F);
  EXPECT_EQ(layer.input_zero_point, 7);
  EXPECT_EQ(layer.pad_value, 7);
  EXPECT_THAT(network.tensors.at("conv.bias").data<float>(), ElementsAre(50000, -2.5F));
}

// QuantizeLinear and Quant are defined by v / s.
TEST(Grids, OfFilesDivide) {
  ModelBuilder linear({0, 2});
  quantize_input(linear, 0);
  linear.node("Relu", {"q"}, {"y"});
  ModelBuilder quant({0, 2});
  quant.floats("s", {}, {0.25F});
  quant.floats("zero", {}, {0});
  quant.floats("bits", {}, {4});
  quant.node("Quant", {"x", "s", "zero", "bits"}, {"q"}, {}, kQonnx);
  quant.node("Relu", {"q"}, {"y"});
  for (ModelBuilder* model : {&linear, &quant})
    for (const auto& [name, spec] : model->import().quant)
      EXPECT_EQ(spec.rule, GridRule::kDivide) << name;
}

// Weights half-way between two integers: 0 + 1, 2 + 1 and 2 + 1.
TEST(QuantizeLinear, AddsTheZeroPointBehindTheRounding) {
  ModelBuilder model({0, 3});
  quantize_input(model, 0);
  model.floats("w", {3, 1}, {0.5F, 1.5F, 2.5F});
  model.floats("sw", {}, {1});
  model.small("zw", TensorProto::UINT8, {}, {1});
  model.node("QuantizeLinear", {"w", "sw", "zw"}, {"wi"});
  model.node("DequantizeLinear", {"wi", "sw", "zw"}, {"wq"});
  model.node("MatMul", {"q", "wq"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(network.parameter(network.nodes.back(), "weight").data<float>(),
              ElementsAre(0, 2, 2));
}

// Every integer of 8 bits comes back, under a scale that no float products hold exactly.
TEST(QuantizeLinear, EveryIntegerComesBack) {
  ModelBuilder model({0, 256});
  quantize_input(model, 0);
  std::vector<int> all;
  for (int i = -128; i < 128; ++i) all.push_back(i);
  model.small("wi", TensorProto::INT8, {256, 1}, all);
  model.floats("sw", {}, {0.0123456F});
  model.node("DequantizeLinear", {"wi", "sw"}, {"w"});
  model.node("MatMul", {"q", "w"}, {"y"});
  EXPECT_THAT(integer_layers(model.import()).at(0).weights.data<std::int32_t>(),
              testing::ElementsAreArray(all));
}

// 0 … 255 less 128 are 8 bits with a sign, less 100 they need 9.
TEST(QuantizeLinear, ZeroPointsOfWeightsGoIntoTheIntegers) {
  for (const int zero_point : {128, 100}) {
    ModelBuilder model({0, 2});
    quantize_input(model, 0);
    model.small("wi", TensorProto::UINT8, {2, 1}, {0, 255});
    model.floats("sw", {}, {0.5F});
    model.small("zw", TensorProto::UINT8, {}, {zero_point});
    model.node("DequantizeLinear", {"wi", "sw", "zw"}, {"w"});
    model.node("MatMul", {"q", "w"}, {"y"});
    const IntegerLayer layer = integer_layers(model.import()).at(0);
    EXPECT_EQ(layer.weight_bits, zero_point == 128 ? 8 : 9);
    EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(-zero_point, 255 - zero_point));
  }
}

TEST(QuantizeLinear, AValueThatOthersReadKeepsBothForms) {
  ModelBuilder model({0, 2});
  model.node("Relu", {"x"}, {"r"});
  model.floats("s", {}, {0.1F});
  model.node("QuantizeLinear", {"r", "s"}, {"ri"}).set_name("grid");
  model.node("DequantizeLinear", {"ri", "s"}, {"q"});
  model.node("Add", {"q", "r"}, {"y"});
  const Network network = model.import();
  EXPECT_EQ(network.quant.count("grid"), 1U);
  EXPECT_TRUE(std::holds_alternative<Identity>(network.node("grid").op));
}

TEST(QuantizeLinear, RefusesAnotherScaleBehindIt) {
  ModelBuilder model({0, 2});
  model.floats("s", {}, {0.1F});
  model.floats("t", {}, {0.2F});
  model.node("QuantizeLinear", {"x", "s"}, {"xi"});
  model.node("DequantizeLinear", {"xi", "t"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("not those of the QuantizeLinear in front of it"));
}

/// A product with weights on the grid of 'Quant'.
IntegerLayer quant_layer(const std::vector<float>& weights, float scale, float bits,
                         const std::vector<onnx::AttributeProto>& attributes) {
  const std::int64_t rows = std::ssize(weights);
  ModelBuilder model({0, rows});
  model.floats("zero", {}, {0});
  model.floats("sx", {}, {0.25F});
  model.floats("bx", {}, {4});
  model.node("Quant", {"x", "sx", "zero", "bx"}, {"q"},
             {attribute("signed", std::int64_t{0}), attribute("narrow", std::int64_t{0})}, kQonnx);
  model.floats("w", {rows, 1}, weights);
  model.floats("sw", {}, {scale});
  model.floats("bw", {}, {bits});
  model.node("Quant", {"w", "sw", "zero", "bw"}, {"wq"}, attributes, "onnx.brevitas");
  model.node("MatMul", {"q", "wq"}, {"y"});
  return integer_layers(model.import()).at(0);
}

TEST(Quant, RoundsHalvesToEvenAndClamps) {
  const std::vector<float> weights{0.25F, 0.75F, -0.25F, -9, 9};
  const IntegerLayer wide = quant_layer(weights, 0.5F, 3, {attribute("narrow", std::int64_t{0})});
  EXPECT_THAT(wide.weights.data<std::int32_t>(), ElementsAre(0, 2, 0, -4, 3));
  EXPECT_EQ(wide.weight_bits, 3);
  const IntegerLayer narrow = quant_layer(weights, 0.5F, 3, {attribute("narrow", std::int64_t{1})});
  EXPECT_THAT(narrow.weights.data<std::int32_t>(), ElementsAre(0, 2, 0, -3, 3));
  EXPECT_EQ(wide.input_bits, 4);
  EXPECT_FALSE(wide.input_signed);
}

TEST(Quant, KnowsTheOtherRoundings) {
  const auto integers = [](const std::string& mode) {
    const IntegerLayer layer =
        quant_layer({0.3F, -0.3F, 0.7F}, 0.5F, 4, {attribute("rounding_mode", mode)});
    const auto data = layer.weights.data<std::int32_t>();
    return std::vector<std::int32_t>(data.begin(), data.end());
  };
  EXPECT_THAT(integers("FLOOR"), ElementsAre(0, -1, 1));
  EXPECT_THAT(integers("CEIL"), ElementsAre(1, 0, 2));
  EXPECT_THAT(integers("ROUND_TO_ZERO"), ElementsAre(0, 0, 1));
  EXPECT_THAT(integers("down"), ElementsAre(0, 0, 1));
}

// 0 is +1, also as −0; the smallest negative number is −1.
TEST(BipolarQuant, TakesSigns) {
  ModelBuilder model({0, 4});
  model.floats("s", {}, {0.5F});
  model.node("BipolarQuant", {"x", "s"}, {"q"}, {}, kQonnx);
  model.floats("w", {4, 1}, {0, -0.0F, -1e-45F, 3});
  model.floats("sw", {1}, {0.25F});
  model.node("BipolarQuant", {"w", "sw"}, {"wq"}, {}, "onnx.brevitas");
  model.node("MatMul", {"q", "wq"}, {"y"});
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(1, 1, -1, 1));
  EXPECT_TRUE(layer.weight_odd);
  EXPECT_TRUE(layer.input_odd);
  EXPECT_THAT(layer.weight_scale, ElementsAre(0.25F));
}

// QONNX takes the sign there: −1 and +1, not −1 and 0.
TEST(Quant, OfOneSignedBitTakesSigns) {
  for (const std::int64_t narrow : {0, 1}) {
    const IntegerLayer layer = quant_layer({0, -0.1F, 3}, 0.5F, 1, {attribute("narrow", narrow)});
    EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(1, -1, 1));
    EXPECT_TRUE(layer.weight_odd);
  }
  ModelBuilder model({0, 2});
  model.floats("s", {}, {0.5F});
  model.floats("one", {}, {1});
  model.node("Quant", {"x", "s", "one", "one"}, {"y"}, {}, kQonnx);
  EXPECT_THAT(refusal(model), HasSubstr("have no zero point"));
}

// As exporters of QKeras write them.
TEST(Quant, TakesItsNumbersAsIntegersToo) {
  ModelBuilder model({0, 2});
  model.integers("scale", {}, {2});
  model.integers("zero", {}, {0});
  model.integers("bits", {}, {4});
  model.node("IntQuant", {"x", "scale", "zero", "bits"}, {"y"},
             {attribute("rounding_mode", std::string("half_even"))}, kQonnx);
  const Network network = model.import();
  EXPECT_EQ(network.quant.at("x").bits, 4);
  EXPECT_THAT(network.quant.at("x").scale.data<float>(), ElementsAre(2));
}

TEST(Quant, ScalesPerOutputFollowATransposition) {
  ModelBuilder model({0, 2});
  model.floats("zero", {}, {0});
  model.floats("sx", {}, {0.25F});
  model.floats("bits", {}, {4});
  model.node("Quant", {"x", "sx", "zero", "bits"}, {"q"}, {}, kQonnx);
  model.floats("w", {3, 2}, {1, 2, 3, 4, 5, 6});
  model.floats("sw", {3, 1}, {1, 0.5F, 2});
  model.node("Quant", {"w", "sw", "zero", "bits"}, {"wq"}, {}, kQonnx);
  model.node("Transpose", {"wq"}, {"wt"}, {list_attribute("perm", {1, 0})});
  model.node("MatMul", {"q", "wt"}, {"y"});
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(1, 2, 6, 7, 2, 3));  // 8 clamps to 7
  EXPECT_THAT(layer.weight_scale, ElementsAre(1, 0.5F, 2));
}

TEST(Trunc, CutsLastBits) {
  ModelBuilder model({0, 2});
  model.floats("s", {}, {0.5F});
  model.floats("zero", {}, {0});
  model.floats("in", {}, {8});
  model.floats("out", {}, {6});
  model.node("Trunc", {"x", "s", "zero", "in", "out"}, {"y"}, {attribute("rounding_mode", "FLOOR")},
             kQonnx);
  const Network network = model.import();
  const auto& truncate = std::get<Unary>(network.nodes[1].op);
  EXPECT_EQ(truncate.function, UnaryFunction::kTruncate);
  EXPECT_EQ(truncate.alpha, 0.5);
  EXPECT_EQ(truncate.beta, 4);
  EXPECT_EQ(network.quant.at(network.nodes[1].name).bits, 6);
}

// Its sixth input would be the output's bit width, and the fifth a scale.
TEST(Trunc, RefusesTheFormWithAnOutputScale) {
  ModelBuilder model({0, 2});
  model.floats("s", {}, {0.5F});
  model.floats("zero", {}, {0});
  model.floats("in", {}, {8});
  model.floats("out", {}, {4});
  model.node("Trunc", {"x", "s", "zero", "in", "s", "out"}, {"y"}, {}, kQonnx);
  EXPECT_THAT(refusal(model), HasSubstr("6 inputs are not supported"));
}

// Unsigned values of 8 bits stay so: 4 bits of them end at 15, not at 7.
TEST(Trunc, KeepsValuesWithoutSignsSo) {
  ModelBuilder model({0, 2});
  model.floats("s", {}, {0.5F});
  model.floats("zero", {}, {0});
  model.floats("in", {}, {8});
  model.floats("out", {}, {4});
  model.node("Quant", {"x", "s", "zero", "in"}, {"q"}, {attribute("signed", std::int64_t{0})},
             kQonnx);
  model.node("Trunc", {"q", "s", "zero", "in", "out"}, {"y"}, {}, kQonnx);
  const Network network = model.import();
  EXPECT_FALSE(network.quant.at(network.nodes.back().name).is_signed);
}

// The usual order of quantized networks: pool, then the next layer.
TEST(Quant, StaysOnValuesThatAreOnlyChosenOrMoved) {
  ModelBuilder model({0, 2, 4, 4});
  quantize_input(model, 0);
  model.node("MaxPool", {"q"}, {"p"},
             {list_attribute("kernel_shape", {2, 2}), list_attribute("strides", {2, 2})});
  model.node("Flatten", {"p"}, {"f"});
  model.small("wi", TensorProto::INT8, {8, 1}, {1, 2, 3, 4, 5, 6, 7, 8});
  model.floats("sw", {}, {1});
  model.node("DequantizeLinear", {"wi", "sw"}, {"w"});
  model.node("MatMul", {"f", "w"}, {"y"});
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_EQ(layer.input_scale, 0.1F);
  EXPECT_FALSE(layer.input_signed);
}

// Beyond 65,536 none is compared with the grid, which has no more than 16 bits.
TEST(Quant, RefusesZeroPointsOffTheGrid) {
  const auto with_zero_point = [](float zero) {
    ModelBuilder model({0, 2});
    model.floats("s", {}, {0.5F});
    model.floats("zero", {}, {zero});
    model.floats("bits", {}, {16});
    model.node("Quant", {"x", "s", "zero", "bits"}, {"y"}, {}, kQonnx);
    return model;
  };
  EXPECT_EQ(with_zero_point(32767).import().quant.at("x").zero_point, 32767);
  EXPECT_THAT(refusal(with_zero_point(65536)), HasSubstr("65536 lies off the grid"));
  EXPECT_THAT(refusal(with_zero_point(65537)), HasSubstr("a zero point of 65537"));
  EXPECT_THAT(refusal(with_zero_point(0.5F)), HasSubstr("a zero point of 0.5"));
}

TEST(Quant, RefusesWhatHasNoMeaning) {
  const auto message = [](float scale, float bits, const std::string& mode) {
    return message_of([&] { quant_layer({1}, scale, bits, {attribute("rounding_mode", mode)}); });
  };
  EXPECT_THAT(message(0, 4, "ROUND"), HasSubstr("scale 0 is not a positive number"));
  EXPECT_THAT(message(1, 2.5F, "ROUND"), HasSubstr("a bit width of 2.5"));
  EXPECT_THAT(message(1, 4, "HALF_UP"), HasSubstr("rounding_mode 'HALF_UP' is not supported"));
}

}  // namespace
}  // namespace bitline
