// Grids of fewer bits than QuantizeLinear's integers: a Clip in front, or the file's metadata.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/importer/test_models.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using testing::HasSubstr;
using testing_models::ModelBuilder;
using testing_models::refusal;

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
        Case{-63.5F, 63.5F, TensorProto::INT8, 0, 8, true}}) {
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

}  // namespace
}  // namespace bitline
