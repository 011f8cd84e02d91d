#include "bitline/quantize/quantizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

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
using test::tensor_of;
using test::unsigned_spec;
using test::usage_error;
using testing::HasSubstr;
using testing::StartsWith;

QuantSpec odd_spec(int bits) {
  QuantSpec spec = signed_spec(bits);
  spec.narrow = false;
  spec.odd = true;
  return spec;
}

/// Layers named a to f. Their inputs: the images, a ReLU, a ReLU through max-pool, a batch-norm, a
/// sum, and a ReLU through average pool and flatten.
Network six_layers() {
  Network network = network_with_input({2, 8, 8});
  const auto kernel = [] {
    return std::map<std::string, Tensor>{{"weight", filled({2, 2, 1, 1}, 1)}};
  };
  append(network, "a", Conv{}, {"input"}, kernel());
  append(network, "relu_a", Relu{}, {"a"});
  append(network, "b", Conv{}, {"relu_a"}, kernel());
  append(network, "relu_b", Relu{}, {"b"});
  append(network, "pool_b", MaxPool{}, {"relu_b"});
  append(network, "c", Conv{}, {"pool_b"}, kernel());
  append(network, "norm_c", BatchNorm{}, {"c"}, identity_norm(2));
  append(network, "d", Conv{}, {"norm_c"}, kernel());
  append(network, "add_d", ResidualAdd{}, {"d", "c"});
  append(network, "e", Conv{}, {"add_d"}, kernel());
  append(network, "relu_e", Relu{}, {"e"});
  append(network, "pool_e", GlobalAveragePool{}, {"relu_e"});
  append(network, "flat_e", Flatten{}, {"pool_e"});
  append(network, "f", Linear{}, {"flat_e"}, {{"weight", filled({3, 2}, 1)}});
  return network;
}

Network quantized(const QuantizeOptions& options) {
  Network network = six_layers();
  attach_quantizers(network, options);
  return network;
}

std::string usage_message(const QuantizeOptions& options) {
  Network network = six_layers();
  return usage_error([&] { attach_quantizers(network, options); });
}

TEST(LsqScale, IsTwiceTheMeanMagnitudeOverTheRootOfTheLargestInteger) {
  const std::vector<float> values{1, -2, 3, -4};  // mean |v| = 2.5
  // Q_max = 1: 5 / √1. Q_max = 7: 5 / √7. Q_max = 15: 5 / √15.
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kLsq, values, signed_spec(2), true), 5.0F);
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kLsq, values, signed_spec(4), true), 1.8898224F);
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kLsq, values, unsigned_spec(4), false),
                  1.2909944F);
}

TEST(LsqScale, OfTheOddGridUsesItsOwnLargestInteger) {
  // 4 bits: Q_max = 15, not 7.
  EXPECT_FLOAT_EQ(
      initial_scale(TrainingQuantizer::kLsq, std::vector<float>{2.5F, -2.5F}, odd_spec(4), true),
      1.2909944F);
}

TEST(QnnScale, OfWeightsPutsTheLargestMagnitudeOnTheLargestInteger) {
  const std::vector<float> weights{0.5F, -1.4F, 1.0F};
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kQnn, weights, signed_spec(4), true), 0.2F);
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kQnn, weights, odd_spec(3), true), 0.2F);
}

TEST(QnnScale, OfValuesLeavesOutTheLargestThousandth) {
  // |v| = 0 … 1000 in mixed order: the element of rank 0.999 · 1000 = 999 is 999.
  std::vector<float> values(1001);
  std::iota(values.begin(), values.end(), 0.0F);
  for (std::size_t i = 1; i < values.size(); i += 2) values[i] = -values[i];
  std::swap(values.front(), values.back());
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kQnn, values, unsigned_spec(4), false),
                  999.0F / 15);
  EXPECT_FLOAT_EQ(initial_scale(TrainingQuantizer::kQnn, values, unsigned_spec(4), true),
                  1000.0F / 15);
}

TEST(InitialScale, IsOneWhereAllValuesAreZero) {
  const std::vector<float> zeros(4);
  EXPECT_EQ(initial_scale(TrainingQuantizer::kLsq, zeros, signed_spec(4), true), 1.0F);
  const std::vector<float> next_to_none{1e-39F, -1e-39F};
  EXPECT_EQ(initial_scale(TrainingQuantizer::kLsq, next_to_none, signed_spec(4), true), 1.0F);
  EXPECT_EQ(initial_scale(TrainingQuantizer::kQnn, zeros, signed_spec(4), false), 1.0F);
}

TEST(AttachQuantizers, GivesEveryLayersWeightAndInputAGrid) {
  const Network network = quantized({});
  EXPECT_EQ(network.quant.size(), 12U);
  for (const char* name : {"a.weight", "b.weight", "c.weight", "d.weight", "e.weight", "f.weight",
                           "input", "relu_a", "pool_b", "norm_c", "add_d", "flat_e"})
    EXPECT_TRUE(network.quant.contains(name)) << name;
}

TEST(AttachQuantizers, WeightsAreSymmetricAndScaledByTheirValues) {
  // All weights are 1 and Q_max is 7: qnn's step is 1/7.
  const Network network = quantized({.quantizer = TrainingQuantizer::kQnn});
  const QuantSpec& spec = network.quant.at("b.weight");
  EXPECT_EQ(spec.minimum(), -7);
  EXPECT_EQ(spec.maximum(), 7);
  EXPECT_EQ(spec.axis, -1);
  ASSERT_EQ(spec.scale.shape(), Shape{1});
  EXPECT_FLOAT_EQ(spec.scale.data<float>()[0], 1.0F / 7);
}

TEST(AttachQuantizers, ScalesOfValuesAwaitCalibration) {
  const Network network = quantized({});
  ASSERT_EQ(network.quant.at("relu_a").scale.shape(), Shape{1});
  EXPECT_EQ(network.quant.at("relu_a").scale.data<float>()[0], 0.0F);
  EXPECT_THAT(message_of([&network] { infer_shapes(network); }), HasSubstr("calibrate"));
}

TEST(AttachQuantizers, PerChannelScalesFollowFromEachOutputChannel) {
  Network network = network_with_input({2, 1, 1});
  append(network, "conv", Conv{}, {"input"},
         {{"weight", tensor_of({3, 2, 1, 1}, {0.7F, -0.1F, 0, 0, -1.4F, 0.2F})}});
  attach_quantizers(network, {.quantizer = TrainingQuantizer::kQnn,
                              .edge_bits = 4,
                              .weight_scale = ScaleGranularity::kChannel});
  const QuantSpec& spec = network.quant.at("conv.weight");
  EXPECT_EQ(spec.axis, 0);
  ASSERT_EQ(spec.scale.shape(), Shape{3});
  // max |w| / 7 of each channel; 1 for the channel of zeros.
  EXPECT_FLOAT_EQ(spec.scale.data<float>()[0], 0.1F);
  EXPECT_FLOAT_EQ(spec.scale.data<float>()[1], 1.0F);
  EXPECT_FLOAT_EQ(spec.scale.data<float>()[2], 0.2F);
}

TEST(AttachQuantizers, FirstAndLastLayerTakeTheEdgeBits) {
  const Network network = quantized({.weight_bits = 3, .activation_bits = 2, .edge_bits = 7});
  for (const char* name : {"a.weight", "input", "f.weight", "flat_e"})
    EXPECT_EQ(network.quant.at(name).bits, 7) << name;
  for (const char* name : {"b.weight", "c.weight", "d.weight", "e.weight"})
    EXPECT_EQ(network.quant.at(name).bits, 3) << name;
  for (const char* name : {"relu_a", "pool_b", "norm_c", "add_d"})
    EXPECT_EQ(network.quant.at(name).bits, 2) << name;
}

TEST(AttachQuantizers, ValuesBehindAReluAreUnsigned) {
  const Network network = quantized({});
  for (const char* name : {"relu_a", "pool_b", "flat_e"}) {
    EXPECT_FALSE(network.quant.at(name).is_signed) << name;
    EXPECT_EQ(network.quant.at(name).minimum(), 0) << name;
  }
  EXPECT_EQ(network.quant.at("relu_a").maximum(), 15);
}

TEST(AttachQuantizers, OtherValuesAreSymmetric) {
  const Network network = quantized({});
  for (const char* name : {"input", "norm_c", "add_d"}) {
    EXPECT_TRUE(network.quant.at(name).is_signed) << name;
    EXPECT_EQ(network.quant.at(name).minimum(), -network.quant.at(name).maximum()) << name;
  }
}

TEST(AttachQuantizers, OddGridStandsOnWeightsAlone) {
  const Network network = quantized({.weight_bits = 1, .odd_weights = true});
  EXPECT_TRUE(network.quant.at("b.weight").odd);
  EXPECT_EQ(network.quant.at("b.weight").minimum(), -1);
  EXPECT_EQ(network.quant.at("b.weight").maximum(), 1);
  EXPECT_FALSE(network.quant.at("relu_a").odd);
}

TEST(AttachQuantizersRefuses, OneBitWeightsWithoutTheOddGrid) {
  EXPECT_EQ(usage_message({.weight_bits = 1}),
            "weight_bits = 1 needs the odd grid -1, +1; set weight_grid = \"odd\"");
  EXPECT_EQ(usage_message({.edge_bits = 1}),
            "edge_bits = 1 needs the odd grid -1, +1; set weight_grid = \"odd\"");
}

TEST(AttachQuantizersRefuses, OneBitForAnInputThatCanBeNegative) {
  EXPECT_EQ(usage_message({.activation_bits = 1}),
            "layer d: 1 bit for an input that can be negative holds no number but 0; set "
            "activation_bits to 2 or more");
  EXPECT_EQ(usage_message({.edge_bits = 1, .odd_weights = true}),
            "layer a: 1 bit for an input that can be negative holds no number but 0; set edge_bits "
            "to 2 or more");
}

TEST(AttachQuantizersRefuses, BitsOutOfRange) {
  EXPECT_EQ(usage_message({.weight_bits = 9}), "weight_bits = 9 is out of range; choose 1 to 8");
  EXPECT_THAT(usage_message({.activation_bits = 0}), StartsWith("activation_bits = 0"));
  EXPECT_THAT(usage_message({.edge_bits = -1}), StartsWith("edge_bits = -1"));
}

TEST(AttachQuantizers, OneBitActivationsBehindARelu) {
  Network network = network_with_input({2});
  for (const char* name : {"a", "b", "c"}) {
    append(network, name, Linear{}, {network.nodes.back().name}, {{"weight", filled({2, 2}, 1)}});
    append(network, std::string("relu_") + name, Relu{}, {name});
  }
  attach_quantizers(network, {.activation_bits = 1});
  EXPECT_EQ(network.quant.at("relu_a").maximum(), 1);
}

// The images go to the first layer and to a shortcut.
TEST(AttachQuantizers, ASharedInputTakesTheFinestGrid) {
  Network network = network_with_input({2});
  for (const char* name : {"first", "shortcut"})
    append(network, name, Linear{}, {"input"}, {{"weight", filled({2, 2}, 1)}});
  append(network, "sum", ResidualAdd{}, {"first", "shortcut"});
  append(network, "last", Linear{}, {"sum"}, {{"weight", filled({2, 2}, 1)}});
  attach_quantizers(network, {.activation_bits = 2, .edge_bits = 8});
  EXPECT_EQ(network.quant.at("input").bits, 8);
}

// As the importer carries the grid of a value to those that are chosen from it.
TEST(AttachQuantizers, NewGridsTakeThePlaceOfTheOldOneAllTheWay) {
  Network network = network_with_input({4, 1, 1});
  append(network, "relu", Relu{}, {"input"});
  append(network, "flat", Flatten{}, {"relu"});
  append(network, "fc", Linear{}, {"flat"},
         {{"weight", tensor_of({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})}});
  network.quant["relu"] = network.quant["flat"] = unsigned_spec(4, 0.5F);
  QuantizeOptions options;
  options.edge_bits = 8;
  attach_quantizers(network, options);
  EXPECT_EQ(network.quant.at("flat").bits, 8);
  EXPECT_EQ(network.quant.at("relu").bits, 8);
  EXPECT_FALSE(network.quant.contains("input"));
}

// Grids that a file brought are not among those that are compared.
TEST(AttachQuantizers, NewGridsTakeThePlaceOfOldOnes) {
  Network network = quantized({.activation_bits = 8});
  attach_quantizers(network, {.activation_bits = 4});
  EXPECT_EQ(network.quant.at("relu_a").bits, 4);
}

}  // namespace
}  // namespace bitline
