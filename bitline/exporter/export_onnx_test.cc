#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "bitline/models/models.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/exports.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::expect_same_layers;
using test::Format;
using test::import_bytes;
using test::kFormats;
using test::message_of;
using test::network_with_input;
using test::round_trip;
using test::signed_spec;
using test::tensor_of;
using test::unsigned_spec;
using ::testing::HasSubstr;

class Exported : public ::testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(, Exported, ::testing::ValuesIn(kFormats),
                         [](const auto& format) { return format.param.name; });

/// Two features to one, weights 3/2 and -2 on a grid of step 1/2.
Network one_layer(const QuantSpec& input, const QuantSpec& weight) {
  Network network = network_with_input({2});
  append(network, "layer", Linear{}, {"input"}, {{"weight", tensor_of({1, 2}, {1.5F, -2})}});
  network.quant["input"] = input;
  network.quant["layer.weight"] = weight;
  return network;
}

QuantSpec calibrated(QuantSpec spec) {
  spec.scale = tensor_of({1}, {0.03F});
  return spec;
}

Network quantized_model(const char* name, QuantizeOptions options) {
  Network network = make_model(name, {});
  attach_quantizers(network, options);
  for (auto& [key, spec] : network.quant)
    if (!network.tensors.contains(key)) spec = calibrated(spec);
  return network;
}

TEST_P(Exported, BuiltInNetworksComeBackWithNamesAndIntegers) {
  QuantizeOptions per_channel;
  per_channel.weight_bits = 3;
  per_channel.activation_bits = 2;
  per_channel.weight_scale = ScaleGranularity::kChannel;
  for (const QuantizeOptions& options : {QuantizeOptions{}, per_channel}) {
    const Network network = quantized_model("resnet20", options);
    expect_same_layers(network, round_trip(network, GetParam()));
  }
}

TEST_P(Exported, OddWeightsComeBackOdd) {
  for (const int bits : {1, 3}) {
    QuantizeOptions options;
    options.weight_bits = bits;
    options.odd_weights = true;
    options.edge_bits = 7;
    const Network network = quantized_model("resnet20", options);
    expect_same_layers(network, round_trip(network, GetParam()));
  }
}

TEST_P(Exported, EveryGridOfValuesComesBack) {
  for (int bits = 1; bits <= 8; ++bits)
    for (const bool is_signed : {false, true})
      for (const bool narrow : {false, true}) {
        QuantSpec spec = unsigned_spec(bits, 0.37F);
        spec.is_signed = is_signed;
        spec.narrow = narrow;
        if (spec.minimum() >= spec.maximum() || (is_signed && bits == 1)) continue;
        for (const std::int64_t zero_point : {spec.minimum(), std::int64_t{0}, spec.maximum()}) {
          spec.zero_point = zero_point;
          const Network network = one_layer(spec, signed_spec(4, {0.5F}));
          expect_same_layers(network, round_trip(network, GetParam()));
        }
      }
}

TEST_P(Exported, WeightsWithAZeroPointComeBack) {
  QuantSpec weight = unsigned_spec(4, 0.5F);
  weight.zero_point = 9;
  const Network network = one_layer(unsigned_spec(8), weight);
  expect_same_layers(network, round_trip(network, GetParam()));
}

TEST_P(Exported, SeveralVectorsKeepLayerBiasAndGrid) {
  Network network = network_with_input({3, 2});
  append(network, "layer", Linear{}, {"input"},
         {{"weight", tensor_of({3, 2}, {1, 0, -1, 2, 0.5F, 1})},
          {"bias", tensor_of({3}, {0.1F, 0.2F, 0.3F})}});
  append(network, "next", Linear{}, {"layer"}, {{"weight", tensor_of({1, 3}, {1, 1, -1})}});
  network.quant["input"] = unsigned_spec(3, 0.5F);
  network.quant["layer"] = signed_spec(5, {0.25F});
  network.quant["layer.weight"] = signed_spec(3, {0.5F, 1, 0.25F}, 0);
  network.quant["next.weight"] = signed_spec(2);
  const Network imported = round_trip(network, GetParam());
  expect_same_layers(network, imported);
  EXPECT_EQ(imported.nodes.size(), network.nodes.size());
  EXPECT_THAT(imported.parameter(imported.node("layer"), "bias").data<float>(),
              ::testing::ElementsAre(0.1F, 0.2F, 0.3F));
}

TEST_P(Exported, EpsilonKeepsAllItsBits) {
  Network network = network_with_input({2});
  append(network, "norm", BatchNorm{1e-3}, {"input"}, test::identity_norm(2));
  append(network, "layer", LayerNorm{0, 1e-12}, {"norm"}, {{"scale", test::filled({2}, 1)}});
  const Network imported = round_trip(network, GetParam());
  EXPECT_EQ(std::get<BatchNorm>(imported.node("norm").op).epsilon, 1e-3);
  EXPECT_EQ(std::get<LayerNorm>(imported.node("layer").op).epsilon, 1e-12);
}

TEST_P(Exported, AMeanOverTheImageFeedsALayerDirectly) {
  Network network = network_with_input({2, 3, 3});
  append(network, "pool", GlobalAveragePool{}, {"input"});
  append(network, "layer", Linear{}, {"pool"}, {{"weight", tensor_of({1, 2}, {1, 2})}});
  network.quant["pool"] = unsigned_spec(4, 0.5F);
  network.quant["layer.weight"] = signed_spec(4);
  const Network imported = round_trip(network, GetParam());
  EXPECT_EQ(imported.nodes.size(), 3U);
  EXPECT_EQ(imported.quant.at("pool").bits, 4);
}

TEST_P(Exported, ThePlanLiesInTheMetadata) {
  AdcPlan plan;
  plan.layers["layer"] = {{}, {-2, 2}};
  plan.layers["layer"].spec.levels = 3;
  plan.layers["layer"].spec.delta = 1;
  const Network network = one_layer(unsigned_spec(4), signed_spec(4, {0.5F}));
  onnx::ModelProto model;
  const std::string file = GetParam().write(network, plan);
  ASSERT_TRUE(model.ParseFromString(file));
  std::string found;
  for (const auto& entry : model.metadata_props())
    if (entry.key() == "bitline.plan") found = entry.value();
  EXPECT_EQ(found, to_json(plan));
  expect_same_layers(network, import_bytes(file));
  plan.layers["lair"] = plan.layers["layer"];
  EXPECT_THAT(message_of([&] { GetParam().write(network, plan); }), HasSubstr("lair"));
}

TEST_P(Exported, OpenBatchAndOperatorSet17) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(
      GetParam().write(one_layer(unsigned_spec(4), signed_spec(4, {0.5F})), {})));
  EXPECT_EQ(model.opset_import(0).version(), 17);
  const auto& shape = model.graph().input(0).type().tensor_type().shape();
  EXPECT_EQ(shape.dim(0).dim_param(), "batch");
  EXPECT_EQ(shape.dim(1).dim_value(), 2);
}

/// How many nodes of an operator a file has.
std::ptrdiff_t count_nodes(const std::string& file, std::string_view type) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(file));
  return std::ranges::count(model.graph().node(), type, &onnx::NodeProto::op_type);
}

TEST_P(Exported, AVectorIsARowOfGemmAndSeveralAreRowsOfMatMul) {
  const std::string one = GetParam().write(one_layer(unsigned_spec(4), signed_spec(4, {0.5F})), {});
  EXPECT_EQ(count_nodes(one, "Gemm"), 1);
  EXPECT_EQ(count_nodes(one, "MatMul"), 0);
  Network network = network_with_input({3, 2});
  append(network, "layer", Linear{}, {"input"}, {{"weight", tensor_of({1, 2}, {1.5F, -2})}});
  const std::string several = GetParam().write(network, {});
  EXPECT_EQ(count_nodes(several, "Gemm"), 0);
  EXPECT_EQ(count_nodes(several, "MatMul"), 1);
}

// ONNX takes a scale of one axis for one that runs along the tensor.
TEST_P(Exported, TheOneScaleOfATensorIsANumber) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(
      GetParam().write(one_layer(unsigned_spec(4), signed_spec(4, {0.5F})), {})));
  int scales = 0;
  for (const onnx::TensorProto& tensor : model.graph().initializer())
    if (tensor.name().ends_with("/scale")) {
      ++scales;
      EXPECT_EQ(tensor.dims_size(), 0) << tensor.name();
    }
  EXPECT_EQ(scales, 2);
}

TEST_P(Exported, AConstantIsReadByWhatHasAUseForIt) {
  Network network = network_with_input({2});
  append(network, "constant", Constant{}, {}, {{"value", tensor_of({2}, {1, 2})}});
  append(network, "relu", Relu{}, {"constant"});
  append(network, "sum", ResidualAdd{}, {"input", "relu"});
  EXPECT_THAT(message_of([&] { GetParam().write(network, {}); }),
              HasSubstr("node 'relu' (relu): it reads the constant 'constant'"));
}

TEST_P(Exported, DilatedAveragesAreRefused) {
  Network network = network_with_input({1, 5, 5});
  append(network, "mean", AveragePool{{.kernel = 2, .stride = 1, .dilation = 2}}, {"input"});
  EXPECT_THAT(message_of([&] { GetParam().write(network, {}); }), HasSubstr("dilated"));
}

TEST(ExportedQdq, RefusesWhatEightBitsCannotHold) {
  const auto refusal = [](const Network& network) {
    return message_of([&network] { export_qdq(network); });
  };
  EXPECT_THAT(refusal(one_layer(unsigned_spec(9), signed_spec(4))), HasSubstr("as qonnx"));
  EXPECT_THAT(refusal(one_layer(unsigned_spec(4), signed_spec(9))), HasSubstr("have 9 bits"));
  QuantSpec odd = signed_spec(1);
  odd.odd = true;
  EXPECT_THAT(refusal(one_layer(odd, signed_spec(4))), HasSubstr("odd integers"));
}

TEST(ExportedQonnx, HoldsSixteenBitsAndBinaryValues) {
  QuantSpec odd = signed_spec(1);
  odd.odd = true;
  odd.narrow = false;
  for (const QuantSpec& input : {unsigned_spec(16, 0.01F), odd}) {
    const Network network = one_layer(input, signed_spec(12, {0.5F}));
    expect_same_layers(network, round_trip(network, kFormats[0]));
  }
  odd.bits = 2;
  EXPECT_THAT(message_of([&] { export_qonnx(one_layer(odd, signed_spec(4))); }),
              HasSubstr("odd integers of 2 bits"));
}

TEST(ExportedQonnx, KeepsRoundings) {
  for (const Rounding rounding : {Rounding::kFloor, Rounding::kCeil, Rounding::kUp, Rounding::kDown,
                                  Rounding::kHalfUp, Rounding::kHalfDown}) {
    QuantSpec spec = unsigned_spec(4, 0.5F);
    spec.rounding = rounding;
    const Network imported = round_trip(one_layer(spec, signed_spec(4)), kFormats[0]);
    EXPECT_EQ(imported.quant.at("input").rounding, rounding) << name_of(rounding);
  }
}

struct StoredWeights {
  onnx::TensorProto weights;
  onnx::TensorProto zero_point;
};

StoredWeights stored_weights(const Network& network) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(export_qdq(network)));
  StoredWeights result;
  for (const onnx::TensorProto& tensor : model.graph().initializer()) {
    if (tensor.name() == "layer.weight") result.weights = tensor;
    if (tensor.name() == "layer.weight/zero_point") result.zero_point = tensor;
  }
  return result;
}

// 255 · 64 + 255 · 64 is the largest sum of two products that 16 bits hold. 3/2 and -2 are 3 and -4
// of step 1/2.
TEST(ExportedQdq, SignedWeightsOfEightBitsAreUnsignedAbout128) {
  QuantSpec odd = signed_spec(7);
  odd.odd = true;
  for (const QuantSpec& spec : {signed_spec(8, {0.5F}), odd}) {
    const StoredWeights stored = stored_weights(one_layer(unsigned_spec(8), spec));
    EXPECT_EQ(stored.weights.data_type(), onnx::TensorProto::UINT8);
    EXPECT_EQ(stored.zero_point.data_type(), onnx::TensorProto::UINT8);
    EXPECT_EQ(stored.zero_point.raw_data(), "\x80");
  }
  const StoredWeights wider = stored_weights(one_layer(unsigned_spec(8), signed_spec(8, {0.5F})));
  EXPECT_EQ(wider.weights.raw_data(), "\x83\x7c");
  const StoredWeights narrower =
      stored_weights(one_layer(unsigned_spec(8), signed_spec(7, {0.5F})));
  EXPECT_EQ(narrower.weights.data_type(), onnx::TensorProto::INT8);
  EXPECT_EQ(narrower.weights.raw_data(), "\x03\xfc");
}

TEST(ExportedQdq, SignedWeightsOfEightBitsComeBackSigned) {
  for (const bool narrow : {false, true}) {
    QuantSpec spec = signed_spec(8, {0.5F});
    spec.narrow = narrow;
    const Network network = one_layer(unsigned_spec(8), spec);
    const Network imported = round_trip(network, kFormats[1]);
    expect_same_layers(network, imported);
    const QuantSpec& weight = imported.quant.at("layer.weight");
    EXPECT_EQ(weight.bits, 8);
    EXPECT_TRUE(weight.is_signed);
    EXPECT_EQ(weight.narrow, narrow);
    EXPECT_EQ(weight.zero_point, 0);
  }
}

TEST(ExportedQdq, RefusesOtherRoundings) {
  QuantSpec spec = unsigned_spec(8, 0.5F);
  spec.rounding = Rounding::kHalfUp;
  EXPECT_THAT(message_of([&] { export_qdq(one_layer(spec, signed_spec(4))); }),
              HasSubstr("rounded by half-up, QuantizeLinear rounds half to even"));
}

TEST(ExportedQonnx, CutsBitsOffAsItWasImported) {
  Network network = network_with_input({2});
  append(network, "cut/truncate", Unary{UnaryFunction::kTruncate, 0.5, 4}, {"input"});
  network.quant["cut/truncate"] = signed_spec(3, {0.5F});
  network.quant["cut/truncate"].narrow = false;
  const Network imported = round_trip(network, kFormats[0]);
  const auto& truncate = std::get<Unary>(imported.node("cut/truncate").op);
  EXPECT_EQ(truncate.alpha, 0.5);
  EXPECT_EQ(truncate.beta, 4);
  EXPECT_EQ(imported.quant.at("cut/truncate").bits, 3);
  network.quant["cut/truncate"] = test::unsigned_spec(3, 0.5F);
  network.quant["input"] = test::unsigned_spec(5, 0.5F);
  EXPECT_FALSE(round_trip(network, kFormats[0]).quant.at("cut/truncate").is_signed);
  network.quant["cut/truncate"].scale = tensor_of({1}, {1});
  EXPECT_THAT(message_of([&] { export_qonnx(network); }), HasSubstr("Trunc"));
}

}  // namespace
}  // namespace bitline
