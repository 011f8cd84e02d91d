#include "bitline/graph/network_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::append;
using test::filled;
using test::identity_norm;
using test::message_of;
using test::network_with_input;
using test::signed_spec;
using test::TemporaryFolder;
using test::tensor_of;
using test::unsigned_spec;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Every operator once, with attributes that are not the defaults, and numbers that text would
/// lose.
Network every_operator() {
  Network network = network_with_input({2, 6, 6});
  const std::vector<float> awkward{0.1F,
                                   -0.0F,
                                   std::numeric_limits<float>::denorm_min(),
                                   std::numeric_limits<float>::max(),
                                   -1.0F / 3,
                                   std::numeric_limits<float>::min()};
  append(network, "conv", Conv{.stride = 2, .padding = 1, .groups = 2}, {"input"},
         {{"weight", tensor_of({2, 1, 3, 1}, awkward)}, {"bias", tensor_of({2}, {0.3F, -7})}});
  append(network, "norm", BatchNorm{.epsilon = 0.1 + 0.2}, {"conv"}, identity_norm(2));
  append(network, "relu", Relu{}, {"norm"});
  append(network, "add", ResidualAdd{}, {"relu", "norm"});
  append(network, "pool", MaxPool{{.kernel = 3, .stride = {1, 2}}}, {"add"});
  append(network, "average", GlobalAveragePool{}, {"pool"});
  append(network, "flatten", Flatten{}, {"average"});
  append(network, "linear", Linear{}, {"flatten"}, {{"weight", filled({3, 2}, 0.7F)}});
  QuantSpec odd = signed_spec(3, {0.1F, 0.3F}, 0);
  odd.narrow = false;
  odd.odd = true;
  network.quant["conv.weight"] = odd;
  network.quant["linear.weight"] = signed_spec(4, {0.7F / 3});
  network.quant["relu"] = unsigned_spec(8, 0.01F);
  return network;
}

Network round_trip(const Network& network) {
  return network_from_safetensors(
      parse_safetensors(serialize_safetensors(to_safetensors(network))));
}

/// What reading says after `from` was replaced by `to` in the graph's text.
std::string after_edit(const std::string& from, const std::string& to) {
  SafeTensors file = to_safetensors(every_operator());
  std::string& text = file.metadata.at("bitline_network");
  const std::size_t place = text.find(from);
  if (place == std::string::npos) return "nothing to replace in " + text;
  text.replace(place, from.size(), to);
  return message_of([&file] { network_from_safetensors(file); });
}

void expect_equal_bytes(const Tensor& a, const Tensor& b, const std::string& name) {
  EXPECT_EQ(a.shape(), b.shape()) << name;
  EXPECT_TRUE(std::ranges::equal(a.bytes(), b.bytes())) << name;
}

TEST(NetworkFile, RoundTripKeepsEveryBitOfEveryTensor) {
  const Network written = every_operator();
  const Network read = round_trip(written);
  ASSERT_EQ(read.tensors.size(), written.tensors.size());
  for (const auto& [key, tensor] : written.tensors)
    expect_equal_bytes(read.tensors.at(key), tensor, key);
}

TEST(NetworkFile, RoundTripKeepsTheGraph) {
  const Network written = every_operator();
  const Network read = round_trip(written);
  EXPECT_EQ(read.name, "small");
  ASSERT_EQ(read.nodes.size(), written.nodes.size());
  for (std::size_t i = 0; i < written.nodes.size(); ++i) {
    EXPECT_EQ(read.nodes[i].name, written.nodes[i].name);
    EXPECT_EQ(read.nodes[i].op.index(), written.nodes[i].op.index());
    EXPECT_EQ(read.nodes[i].inputs, written.nodes[i].inputs);
    EXPECT_EQ(read.nodes[i].parameters, written.nodes[i].parameters);
  }
}

TEST(NetworkFile, RoundTripKeepsTheAttributes) {
  const Network read = round_trip(every_operator());
  EXPECT_EQ(std::get<Input>(read.node("input").op).shape, (Shape{2, 6, 6}));
  const auto& conv = std::get<Conv>(read.node("conv").op);
  EXPECT_EQ(conv.stride, 2);
  EXPECT_EQ(conv.padding, 1);
  EXPECT_EQ(conv.groups, 2);
  EXPECT_EQ(std::get<BatchNorm>(read.node("norm").op).epsilon, 0.1 + 0.2);  // not 0.3
  EXPECT_EQ(std::get<MaxPool>(read.node("pool").op).windows.kernel, Extents(3));
  EXPECT_EQ(std::get<MaxPool>(read.node("pool").op).windows.stride, Extents(1, 2));
}

TEST(NetworkFile, RoundTripKeepsTheQuantizers) {
  const Network written = every_operator();
  const Network read = round_trip(written);
  ASSERT_EQ(read.quant.size(), 3U);
  for (const auto& [name, spec] : written.quant) {
    const QuantSpec& other = read.quant.at(name);
    EXPECT_EQ(other.bits, spec.bits) << name;
    EXPECT_EQ(other.is_signed, spec.is_signed) << name;
    EXPECT_EQ(other.narrow, spec.narrow) << name;
    EXPECT_EQ(other.odd, spec.odd) << name;
    EXPECT_EQ(other.rule, spec.rule) << name;
    EXPECT_EQ(other.axis, spec.axis) << name;
    expect_equal_bytes(other.scale, spec.scale, name);
  }
}

/// every_operator() with a grid that divides.
Network dividing_network() {
  Network network = every_operator();
  network.quant.at("relu").rule = GridRule::kDivide;
  return network;
}

TEST(NetworkFile, RoundTripKeepsTheRulesOfGrids) {
  const Network read = round_trip(dividing_network());
  EXPECT_EQ(read.quant.at("relu").rule, GridRule::kDivide);
  EXPECT_EQ(read.quant.at("conv.weight").rule, GridRule::kReciprocal);
  EXPECT_FALSE(read.normalization);
}

// Version 2 has no rules: all that was quantized before there were any multiplies by 1 / s.
TEST(NetworkFile, GridsOfOlderFilesMultiplyByTheReciprocal) {
  const SafeTensors file = to_safetensors(every_operator());
  EXPECT_THAT(file.metadata.at("bitline_network"), Not(HasSubstr("rule")));
  for (const auto& [name, spec] : network_from_safetensors(file).quant)
    EXPECT_EQ(spec.rule, GridRule::kReciprocal) << name;
}

// A program that knows version 3 would round by the other rule without a word.
TEST(NetworkFile, GridsThatDivideTakeVersion4) {
  Network network = dividing_network();
  EXPECT_THAT(to_safetensors(network).metadata.at("bitline_network"),
              StartsWith(R"({"version":4)"));
  network.normalization = {{0.5F, 0.25F}, {1.0F, 2.0F}};
  EXPECT_EQ(round_trip(network).normalization, network.normalization);
}

TEST(NetworkFile, RoundTripKeepsTheNormalization) {
  Network network = every_operator();
  EXPECT_FALSE(network_from_safetensors(to_safetensors(network)).normalization);
  network.normalization = {{0.485F, -0.1F}, {0.229F, 1.0F / 3}};
  EXPECT_EQ(network_from_safetensors(to_safetensors(network)).normalization, network.normalization);
}

TEST(NetworkFile, TheSameNetworkGivesTheSameBytes) {
  const std::vector<std::byte> first = serialize_safetensors(to_safetensors(every_operator()));
  EXPECT_EQ(first, serialize_safetensors(to_safetensors(every_operator())));
  EXPECT_EQ(first, serialize_safetensors(to_safetensors(round_trip(every_operator()))));
}

TEST(NetworkFile, WhatIsReadDoesNotShareTheFilesTensors) {
  SafeTensors file = to_safetensors(every_operator());
  const Network read = network_from_safetensors(file);
  file.tensors.at("linear.weight").data<float>()[0] = 9;
  file.tensors.at("relu.quant_scale").data<float>()[0] = 9;
  EXPECT_EQ(read.tensors.at("linear.weight").data<float>()[0], 0.7F);
  EXPECT_EQ(read.quant.at("relu").scale.data<float>()[0], 0.01F);
}

TEST(NetworkFile, AFileOnTheDiskReadsBackAndItsErrorsNameIt) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "network.safetensors";
  write_network(path, every_operator());
  EXPECT_EQ(read_network(path).nodes.size(), 9U);
  SafeTensors bare;
  bare.tensors["weight"] = filled({1}, 1);
  write_safetensors(path, bare);
  EXPECT_THAT(message_of([&path] { read_network(path); }), StartsWith(path.string() + ": "));
  std::filesystem::remove(path);
  EXPECT_THAT(message_of([&path] { read_network(path); }), HasSubstr(path.string()));
}

TEST(NetworkFileRefuses, TensorsWithoutAGraph) {
  SafeTensors file = to_safetensors(every_operator());
  file.metadata.clear();
  EXPECT_EQ(message_of([&file] { network_from_safetensors(file); }),
            "this file holds tensors but no network ('bitline_network' is missing from its "
            "metadata)");
}

TEST(NetworkFileRefuses, AnotherVersion) {
  EXPECT_EQ(after_edit(R"("version":2)", R"("version":5)"),
            "format version 5 is not known; this program reads versions 1 to 4");
}

TEST(NetworkFileRefuses, ANormalizationThatCannotBe) {
  Network network = every_operator();
  network.normalization = {{0.5F, 0.25F}, {1.0F, 0.0F}};
  EXPECT_THAT(message_of([&network] { network_from_safetensors(to_safetensors(network)); }),
              HasSubstr("normalization of channel 1"));
}

// A program that knows version 2 would take another normalization without a word.
TEST(NetworkFileRefuses, ANormalizationWhereItsVersionIsMissing) {
  Network network = every_operator();
  network.normalization = {{0.5F, 0.25F}, {1.0F, 2.0F}};
  EXPECT_THAT(to_safetensors(network).metadata.at("bitline_network"),
              StartsWith(R"({"version":3)"));
  EXPECT_THAT(after_edit(R"("version":2)", R"("version":3)"), HasSubstr("normalization"));
}

TEST(NetworkFileRefuses, AnUnknownOrMissingRule) {
  const auto edited = [](const std::string& to) {
    SafeTensors file = to_safetensors(dividing_network());
    std::string& text = file.metadata.at("bitline_network");
    const std::string rule = R"(,"rule":"divide")";
    text.replace(text.find(rule), rule.size(), to);
    return message_of([&file] { network_from_safetensors(file); });
  };
  EXPECT_EQ(edited(R"(,"rule":"multiply")"),
            "rule of a grid 'multiply' is unknown; choose one of reciprocal, divide");
  EXPECT_THAT(edited(""), HasSubstr("'rule'"));
}

TEST(NetworkFileRefuses, AnUnknownOperator) {
  EXPECT_EQ(after_edit(R"("operator":"relu")", R"("operator":"swish")"),
            "node 'relu': operator 'swish' is not known");
}

TEST(NetworkFileRefuses, AnUnknownOrMissingAttribute) {
  EXPECT_EQ(after_edit(R"("groups":2)", R"("groups":2,"dilatation":3)"),
            "node 'conv': attribute 'dilatation' is not known");
  EXPECT_THAT(after_edit(R"("stride":[2,2],)", ""), HasSubstr("'stride'"));
}

TEST(NetworkFileRefuses, AMissingTensorOrScale) {
  const auto without = [](const char* key) {
    SafeTensors file = to_safetensors(every_operator());
    file.tensors.erase(key);
    return message_of([&file] { network_from_safetensors(file); });
  };
  EXPECT_EQ(without("norm.mean"), "tensor 'norm.mean' is missing");
  EXPECT_EQ(without("relu.quant_scale"), "tensor 'relu.quant_scale' is missing");
}

TEST(NetworkFileRefuses, AGraphThatIsNoJson) {
  const std::string message = after_edit("{", "");
  EXPECT_THAT(message, StartsWith("the graph in the metadata is damaged: "));
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(NetworkFileRefuses, ANetworkThatDoesNotHoldTogether) {
  EXPECT_EQ(after_edit(R"("inputs":["relu","norm"])", R"("inputs":["relu","nom"])"),
            "node 'add' (add): reads 'nom', which no earlier node makes");
}

}  // namespace
}  // namespace bitline
