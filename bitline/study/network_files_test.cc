// Networks of the kinds that users bring, made by bitline/importer/testdata/make_networks.py, which
// computes their logits in NumPy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bitline/base/safetensors.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/runtime/executor.h"
#include "bitline/study/inputs.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

class NetworkFiles : public testing::TestWithParam<const char*> {
 protected:
  static std::string path(const char* extension) {
    return std::string(BITLINE_TESTDATA) + "/" + GetParam() + extension;
  }
};

TEST_P(NetworkFiles, GiveTheLogitsOfNumPy) {
  const SafeTensors file = read_safetensors(path(".safetensors"));
  const Executor executor(import_onnx(path(".onnx")), MacMode::kFloat);
  const Tensor logits = executor.logits(file.tensors.at("images"));
  const auto expected = file.tensors.at("logits").data<float>();
  ASSERT_EQ(logits.shape(), file.tensors.at("logits").shape());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(logits.data<float>()[i], expected[i], 1e-5 * (1 + std::abs(expected[i]))) << i;
}

INSTANTIATE_TEST_SUITE_P(Kinds, NetworkFiles,
                         testing::Values("mobile", "dense", "transformer", "attention",
                                         "channels_last"),
                         [](const auto& instance) { return std::string(instance.param); });

std::vector<std::string> layers_of(const char* name) {
  std::vector<std::string> layers;
  for (const Node& node : import_onnx(std::string(BITLINE_TESTDATA) + "/" + name).nodes)
    if (is_layer(node)) layers.push_back(node.name);
  return layers;
}

TEST(NetworkFileLayers, ImagesWithChannelsLastBecomeOnesWithChannelsFirst) {
  const Network network = import_onnx(std::string(BITLINE_TESTDATA) + "/channels_last.onnx");
  EXPECT_EQ(std::get<Input>(network.nodes[0].op).shape, (Shape{3, 6, 8}));
  EXPECT_TRUE(std::holds_alternative<Conv>(network.nodes[1].op));
}

TEST(NetworkFileLayers, ProductsWithConstantsAreLayersAndAttentionIsNot) {
  EXPECT_THAT(layers_of("transformer.onnx"),
              testing::ElementsAre("patches", "queries_keys_values", "projection", "expansion",
                                   "contraction", "classifier"));
}

// The hashes of stages hold it: a network that rounds otherwise is measured again.
TEST(NetworkHash, TellsNetworksApartThatDifferInARuleAlone) {
  Network network = test::small_network();
  const std::string reciprocal = content_hash(network);
  network.quant.at("first_relu").rule = GridRule::kDivide;
  EXPECT_NE(content_hash(network), reciprocal);
}

}  // namespace
}  // namespace bitline
