// Grids of fewer bits than QuantizeLinear's integers: a Clip in front, or the file's metadata.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/quantize/integer_layer.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::ModelBuilder;
using test::refusal;
using testing::HasSubstr;

/// x → Clip → QuantizeLinear of scale 1/2 → DequantizeLinear → a layer with weights 3 and -2.
ModelBuilder clipped_model(float low, float high, TensorProto::DataType type, int zero_point) {
  ModelBuilder model({0, 2});
  model.floats("low", {}, {low});
  model.floats("high", {}, {high});
  model.floats("s", {}, {0.5F});
  model.small("z", type, {}, {zero_point});
  model.node("Clip", {"x", "low", "high"}, {"c"});
  model.node("QuantizeLinear", {"c", "s", "z"}, {"i"});
  model.node("DequantizeLinear", {"i", "s", "z"}, {"q"});
  model.small("wi", TensorProto::INT8, {2, 1}, {3, -2});
  model.node("DequantizeLinear", {"wi", "s"}, {"w"});
  model.node("MatMul", {"q", "w"}, {"y"});
  return model;
}

void state_weights(ModelBuilder& model, const std::string& grid) {
  auto* entry = model.model().add_metadata_props();
  entry->set_key("bitline.grid.wi");
  entry->set_value(grid);
}

TEST(NarrowGrids, AClipToTheEndsOfAGridNarrowsIt) {
  struct Case {
    float low, high;
    TensorProto::DataType type;
    int zero_point, bits;
    bool narrow;
  };
  for (const Case& one :
       {Case{0, 7.5F, TensorProto::UINT8, 0, 4, false}, Case{0, 7, TensorProto::UINT8, 0, 4, true},
        Case{-1.5F, 2, TensorProto::UINT8, 3, 3, false},
        Case{-4, 3.5F, TensorProto::INT8, 0, 4, false},
        Case{-63.5F, 63.5F, TensorProto::INT8, 0, 8, true},
        Case{0, 0.5F, TensorProto::UINT8, 0, 1, false}}) {
    const ModelBuilder model = clipped_model(one.low, one.high, one.type, one.zero_point);
    const Network network = model.import();
    EXPECT_EQ(network.nodes.size(), 2U);
    const QuantSpec& spec = network.quant.at("x");
    EXPECT_EQ(spec.bits, one.bits);
    EXPECT_EQ(spec.narrow, one.narrow);
    EXPECT_EQ(spec.zero_point, one.zero_point);
  }
}

TEST(NarrowGrids, AClipToOtherLimitsStays) {
  const Network network = clipped_model(0, 6, TensorProto::UINT8, 0).import();
  ASSERT_EQ(network.nodes.size(), 3U);
  EXPECT_EQ(network.quant.at(network.nodes[1].name).bits, 8);
}

TEST(NarrowGrids, TheMetadataSayHowManyBitsWeightsHave) {
  ModelBuilder model = clipped_model(0, 7.5F, TensorProto::UINT8, 0);
  state_weights(model, "signed 3 narrow");
  const IntegerLayer layer = integer_layers(model.import()).at(0);
  EXPECT_EQ(layer.weight_bits, 3);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), testing::ElementsAre(3, -2));
}

TEST(NarrowGrids, MetadataThatDoNotFitAreRefused) {
  for (const auto& [grid, words] : {std::pair{"signed 2", "3 is not"},
                                    {"unsigned 4", "-2 is not"},
                                    {"odd 2", "-2 is not"},
                                    {"wide 3", "'wide 3'"},
                                    {"signed", "'signed'"},
                                    {"signed 3 wide", "'signed 3 wide'"}}) {
    ModelBuilder model = clipped_model(0, 7.5F, TensorProto::UINT8, 0);
    state_weights(model, grid);
    EXPECT_THAT(refusal(model), HasSubstr(words));
  }
}

/// x → QuantizeLinear → Clip → DequantizeLinear, and likewise a layer's weights and bias.
struct ClippedIntegers {
  std::vector<int> values{0, 15};
  TensorProto::DataType type = TensorProto::UINT8;
  int zero_point = 0;
  std::vector<int> weights{-7, 7};

  ModelBuilder model() const {
    ModelBuilder model({0, 2});
    model.floats("s", {}, {0.5F});
    model.small("z", type, {}, {zero_point});
    model.node("QuantizeLinear", {"x", "s", "z"}, {"xi"}).set_name("grid");
    clip(model, type, "xi", values);
    model.node("DequantizeLinear", {"xi.clipped", "s", "z"}, {"q"});
    model.small("wi", TensorProto::INT8, {2, 2}, {3, -2, 9, -9});
    clip(model, TensorProto::INT8, "wi", weights);
    model.floats("sw", {2}, {0.25F, 2});
    model.node("DequantizeLinear", {"wi.clipped", "sw"}, {"w"},
               {test::attribute("axis", std::int64_t{0})});
    model.small("bi", TensorProto::INT32, {2}, {40000, -5});
    clip(model, TensorProto::INT32, "bi", {-32768, 32767});
    model.floats("sb", {2}, {0.125F, 1});
    model.node("DequantizeLinear", {"bi.clipped", "sb"}, {"b"},
               {test::attribute("axis", std::int64_t{0})});
    model.node("Gemm", {"q", "w", "b"}, {"y"}, {test::attribute("transB", std::int64_t{1})});
    return model;
  }

 private:
  static void clip(ModelBuilder& model, TensorProto::DataType type, const std::string& name,
                   const std::vector<int>& limits) {
    model.small(name + ".low", type, {}, {limits[0]});
    model.small(name + ".high", type, {}, {limits[1]});
    model.node("Clip", {name, name + ".low", name + ".high"}, {name + ".clipped"});
  }
};

TEST(ClippedIntegers, HaveAsManyBitsAsTheirLimitsSay) {
  const Network network = ClippedIntegers().model().import();
  EXPECT_EQ(network.nodes.size(), 2U);
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_EQ(layer.input_bits, 4);
  EXPECT_FALSE(layer.input_signed);
  EXPECT_EQ(layer.weight_bits, 4);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), testing::ElementsAre(3, -2, 7, -7));
  EXPECT_THAT(layer.weight_scale, testing::ElementsAre(0.25F, 2));
  EXPECT_THAT(network.parameter(network.nodes.back(), "bias").data<float>(),
              testing::ElementsAre(4095.875F, -5));
}

TEST(ClippedIntegers, KeepTheirZeroPointAndTheirSigns) {
  ClippedIntegers one;
  one.zero_point = 3;
  EXPECT_EQ(integer_layers(one.model().import()).at(0).input_zero_point, 3);
  one = {{-4, 3}, TensorProto::INT8, 0, {-8, 7}};
  const IntegerLayer layer = integer_layers(one.model().import()).at(0);
  EXPECT_EQ(layer.input_bits, 3);
  EXPECT_TRUE(layer.input_signed);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), testing::ElementsAre(3, -2, 7, -8));
}

// No grid ends at 100: the integers are cut, and 8 bits stay.
TEST(ClippedIntegers, AreCutByOtherLimitsToo) {
  ClippedIntegers one;
  one.values = {2, 100};
  one.weights = {-5, 5};
  const Network network = one.model().import();
  const Node& clip = network.nodes.at(1);
  EXPECT_EQ(std::get<Unary>(clip.op).alpha, 1);
  EXPECT_EQ(std::get<Unary>(clip.op).beta, 50);
  const IntegerLayer layer = integer_layers(network).at(0);
  EXPECT_EQ(layer.input_bits, 8);
  EXPECT_EQ(layer.weight_bits, 8);
  EXPECT_THAT(layer.weights.data<std::int32_t>(), testing::ElementsAre(3, -2, 5, -5));
}

// 0 has to be an integer of the grid: where it is not, no narrower one stands for the limits.
TEST(ClippedIntegers, KeepEightBitsWhereZeroIsCutOff) {
  ClippedIntegers one;
  one.zero_point = 128;
  const Network network = one.model().import();
  EXPECT_EQ(std::get<Unary>(network.nodes.at(1).op).beta, -56.5);
  EXPECT_EQ(integer_layers(network).at(0).input_bits, 8);
}

TEST(ClippedIntegers, StayWholeWhereOthersReadThemUnclipped) {
  ModelBuilder model = ClippedIntegers().model();
  model.node("DequantizeLinear", {"xi", "s", "z"}, {"whole"});
  model.node("Add", {"y", "whole"}, {"sum"});
  model.model().mutable_graph()->mutable_output(0)->set_name("sum");
  const Network network = model.import();
  EXPECT_EQ(network.quant.at("x").bits, 8);
  EXPECT_EQ(integer_layers(network).at(0).input_bits, 4);
}

TEST(ClippedIntegers, RefuseLimitsThatLeaveNothing) {
  ClippedIntegers one;
  one.values = {9, 8};
  EXPECT_THAT(refusal(one.model()), HasSubstr("its minimum 9 is above its maximum 8"));
}

}  // namespace
}  // namespace bitline
