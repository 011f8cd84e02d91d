// What newer operator sets say otherwise: axes as inputs, uneven parts, integers of 4 and 16 bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/importer/onnx_tensor.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::ModelBuilder;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(OperatorSet18, ReduceMeanTakesItsAxesAsAnInput) {
  ModelBuilder model({0, 2, 3, 4}, 18);
  model.integers("axes", {2}, {-1, 2});
  model.node("ReduceMean", {"x", "axes"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(std::get<ReduceMean>(network.nodes.back().op).axes, ElementsAre(1, 2));
  ModelBuilder same({0, 2}, 18);
  same.node("ReduceMean", {"x"}, {"m"}, {attribute("noop_with_empty_axes", std::int64_t{1})});
  same.node("Relu", {"m"}, {"y"});
  EXPECT_EQ(same.import().nodes.size(), 2U);
  ModelBuilder all({0, 2}, 18);
  all.node("ReduceMean", {"x"}, {"y"});
  EXPECT_THAT(refusal(all), HasSubstr("across images"));
}

TEST(OperatorSet18, TheLastPartOfASplitMayBeSmaller) {
  ModelBuilder model({0, 7}, 18);
  model.node("Split", {"x"}, {"a", "b", "y"},
             {attribute("axis", std::int64_t{1}), attribute("num_outputs", std::int64_t{3})});
  EXPECT_THAT(std::get<Gather>(model.import().nodes.back().op).indices, ElementsAre(6));
  ModelBuilder wrong({0, 7}, 18);
  wrong.node("Split", {"x"}, {"a", "y"},
             {attribute("axis", std::int64_t{1}), attribute("num_outputs", std::int64_t{3})});
  EXPECT_THAT(refusal(wrong), HasSubstr("num_outputs = 3, but it has 2 outputs"));
}

TEST(Split, WithoutOutputsIsRefused) {
  ModelBuilder model({0, 7});
  model.node("Split", {"x"}, {}, {attribute("axis", std::int64_t{1})});
  model.node("Relu", {"x"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("it has no outputs"));
}

/// x times a constant that is cast to the type and back.
Network with_cast(float value, TensorProto::DataType type) {
  ModelBuilder model({0, 1});
  model.floats("v", {1}, {value});
  model.node("Cast", {"v"}, {"i"}, {attribute("to", static_cast<std::int64_t>(type))});
  model.node("Cast", {"i"}, {"f"}, {attribute("to", std::int64_t{TensorProto::FLOAT})});
  model.node("Mul", {"x", "f"}, {"y"});
  return model.import();
}

TEST(Cast, OfConstantsGivesWhatTheTypeHolds) {
  const auto cast = [](float value, TensorProto::DataType type) {
    const Network network = with_cast(value, type);
    for (const auto& [key, tensor] : network.tensors)
      if (tensor.size() == 1) return tensor.data<float>()[0];
    return -1.0F;
  };
  EXPECT_EQ(cast(0.5F, TensorProto::BOOL), 1);
  EXPECT_EQ(cast(5, TensorProto::BOOL), 1);
  EXPECT_EQ(cast(0, TensorProto::BOOL), 0);
  EXPECT_EQ(cast(255, TensorProto::UINT8), 255);
  EXPECT_THROW(cast(300, TensorProto::UINT8), Error);
  EXPECT_THROW(cast(-129, TensorProto::INT8), Error);
  EXPECT_EQ(cast(-128, TensorProto::INT8), -128);
  EXPECT_THROW(cast(-1, TensorProto::UINT32), Error);
}

// The axes of what follows from constants alone are its own: none of them counts images.
TEST(Constants, HaveNoAxisOfImages) {
  ModelBuilder model({0, 2});
  model.floats("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  model.node("Softmax", {"w"}, {"s"}, {attribute("axis", std::int64_t{1})});
  model.node("ReduceMean", {"s"}, {"m"},
             {test::list_attribute("axes", {1}), attribute("keepdims", std::int64_t{0})});
  model.node("Mul", {"x", "m"}, {"y"});
  const Network network = model.import();
  EXPECT_EQ(std::get<Softmax>(network.nodes[2].op).axis, 1);
  const auto is_mean = [](const Node& node) { return std::holds_alternative<ReduceMean>(node.op); };
  const auto mean = std::ranges::find_if(network.nodes, is_mean);
  ASSERT_NE(mean, network.nodes.end());
  EXPECT_THAT(std::get<ReduceMean>(mean->op).axes, ElementsAre(1));
  ModelBuilder deep({0, 2});
  deep.floats("w", {1, 2}, {1, 2});
  deep.node("Softmax", {"w"}, {"s"});
  deep.node("Mul", {"x", "s"}, {"y"});
  EXPECT_THAT(refusal(deep), HasSubstr("across images"));
}

TEST(OperatorSet18, PadNamesItsAxes) {
  ModelBuilder model({0, 2, 3, 4}, 18);
  model.integers("pads", {4}, {1, 2, 3, 4});
  model.integers("axes", {2}, {-1, 2});
  model.node("Pad", {"x", "pads", "", "axes"}, {"y"});
  const auto pad = std::get<Pad>(model.import().nodes.back().op);
  EXPECT_THAT(pad.before, ElementsAre(0, 2, 1));
  EXPECT_THAT(pad.behind, ElementsAre(0, 4, 3));
  ModelBuilder wrong({0, 2}, 18);
  wrong.integers("pads", {4}, {1, 2, 3, 4});
  wrong.integers("axes", {1}, {1});
  wrong.node("Pad", {"x", "pads", "", "axes"}, {"y"});
  EXPECT_THAT(refusal(wrong), HasSubstr("4 pads for 1 axes"));
}

TEST(OperatorSet18, ResizeIsRefusedWhereItKeepsTheAspectRatio) {
  const auto resized = [](const std::string& policy) {
    ModelBuilder model({0, 1, 2, 2}, 18);
    model.floats("scales", {4}, {1, 1, 2, 2});
    model.node(
        "Resize", {"x", "", "scales"}, {"y"},
        {attribute("antialias", std::int64_t{0}), attribute("keep_aspect_ratio_policy", policy)});
    return refusal(model);
  };
  EXPECT_EQ(resized("stretch"), "nothing was thrown");
  EXPECT_THAT(resized("not_larger"), HasSubstr("'not_larger' is not supported"));
}

// Its TensorProto.DataType.
TEST(OperatorSet21, ElementTypesHaveTheNumbersOfOnnx) {
  EXPECT_EQ(kUint4, 21);
  EXPECT_EQ(kInt4, 22);
  EXPECT_EQ(kUint2, 25);
  EXPECT_EQ(kInt2, 26);
}

/// x on a grid of the type, without a zero point, times weights of 4 bits.
ModelBuilder four_bits(std::int64_t type_of_values) {
  ModelBuilder model({0, 3}, 21);
  model.floats("s", {}, {0.5F});
  model.node("QuantizeLinear", {"x", "s"}, {"xi"}, {attribute("output_dtype", type_of_values)});
  model.node("DequantizeLinear", {"xi", "s"}, {"q"});
  model.small("wi", TensorProto::INT8, {3, 1}, {0x8F, 0x07}).set_data_type(kInt4);
  model.node("DequantizeLinear", {"wi", "s"}, {"w"});
  model.node("MatMul", {"q", "w"}, {"y"});
  return model;
}

// Two elements in a byte, the first one in its low half: F is −1, 8 is −8.
TEST(OperatorSet21, WeightsAndValuesOfFourBits) {
  const IntegerLayer layer = integer_layers(four_bits(kUint4).import()).at(0);
  EXPECT_EQ(layer.input_bits, 4);
  EXPECT_FALSE(layer.input_signed);
  EXPECT_EQ(layer.weight_bits, 4);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(-1, -8, 7));
  const IntegerLayer with_signs = integer_layers(four_bits(kInt4).import()).at(0);
  EXPECT_EQ(with_signs.input_bits, 4);
  EXPECT_TRUE(with_signs.input_signed);
  EXPECT_EQ(integer_layers(four_bits(TensorProto::INT16).import()).at(0).input_bits, 16);
}

TEST(OperatorSet21, ElementsOfFourBitsFromRawBytes) {
  TensorProto tensor;
  tensor.add_dims(3);
  tensor.set_data_type(kUint4);
  tensor.set_raw_data("\x8F\x07");
  EXPECT_THAT(tensor_of(tensor, ".").data<std::int64_t>(), ElementsAre(15, 8, 7));
  tensor.set_raw_data("\x8F");
  EXPECT_THROW(tensor_of(tensor, "."), Error);
}

// 0 … 15 with a zero point of 8 are −8 … 7.
TEST(OperatorSet21, ZeroPointsOfFourBits) {
  ModelBuilder model({0, 2}, 21);
  model.floats("s", {}, {0.5F});
  model.small("zx", TensorProto::UINT8, {}, {3}).set_data_type(kUint4);
  model.node("QuantizeLinear", {"x", "s", "zx"}, {"xi"});
  model.node("DequantizeLinear", {"xi", "s", "zx"}, {"q"});
  model.small("wi", TensorProto::UINT8, {2, 1}, {0xF0}).set_data_type(kUint4);
  model.small("zw", TensorProto::UINT8, {}, {8}).set_data_type(kUint4);
  model.node("DequantizeLinear", {"wi", "s", "zw"}, {"w"});
  model.node("MatMul", {"q", "w"}, {"y"});
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_EQ(layer.input_zero_point, 3);
  EXPECT_EQ(layer.weight_bits, 4);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(-8, 7));
}

// Four elements in a byte, the first one in its lowest bits: 1E is 10, 11, 01, 00.
TEST(OperatorSet25, ElementsOfTwoBits) {
  TensorProto tensor;
  tensor.add_dims(5);
  tensor.set_data_type(kUint2);
  tensor.set_raw_data("\x1E\x03");
  EXPECT_THAT(tensor_of(tensor, ".").data<std::int64_t>(), ElementsAre(2, 3, 1, 0, 3));
  tensor.set_data_type(kInt2);
  EXPECT_THAT(tensor_of(tensor, ".").data<std::int64_t>(), ElementsAre(-2, -1, 1, 0, -1));
  tensor.set_raw_data("\x1E");
  EXPECT_THROW(tensor_of(tensor, "."), Error);
  tensor.clear_raw_data();
  for (const int byte : {0x1E, 0x03}) tensor.add_int32_data(byte);
  EXPECT_THAT(tensor_of(tensor, ".").data<std::int64_t>(), ElementsAre(-2, -1, 1, 0, -1));
}

TEST(OperatorSet25, WeightsAndValuesOfTwoBits) {
  ModelBuilder model({0, 3}, 25);
  model.floats("s", {}, {0.5F});
  model.node("QuantizeLinear", {"x", "s"}, {"xi"},
             {attribute("output_dtype", std::int64_t{kUint2})});
  model.node("DequantizeLinear", {"xi", "s"}, {"q"});
  model.small("wi", TensorProto::INT8, {3, 1}, {0x1E}).set_data_type(kInt2);
  model.node("DequantizeLinear", {"wi", "s"}, {"w"});
  model.node("MatMul", {"q", "w"}, {"y"});
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_EQ(layer.input_bits, 2);
  EXPECT_EQ(layer.weight_bits, 2);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), ElementsAre(-2, -1, 1));
}

// An attribute of casts to float8, which changes nothing else.
TEST(OperatorSet24, CastHasARoundMode) {
  ModelBuilder model({0, 1}, 24);
  model.node("Cast", {"x"}, {"f"},
             {attribute("to", std::int64_t{TensorProto::FLOAT}),
              attribute("round_mode", std::string("up"))});
  model.node("Neg", {"f"}, {"y"});
  EXPECT_EQ(model.import().nodes.size(), 2U);
}

TEST(OperatorSet26, IsTheLastOne) {
  ModelBuilder model({0, 1}, 26);
  model.node("Neg", {"x"}, {"y"});
  EXPECT_EQ(model.import().nodes.size(), 2U);
}

TEST(OperatorSet21, RefusesScalesOfBlocks) {
  ModelBuilder model({0, 2}, 21);
  model.floats("s", {}, {0.5F});
  model.node("QuantizeLinear", {"x", "s"}, {"xi"}, {attribute("block_size", std::int64_t{2})});
  model.node("DequantizeLinear", {"xi", "s"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("blocks with scales of their own"));
}

}  // namespace
}  // namespace bitline
