// What docs/onnx.md tells those to do who have an LSTM or a GRU.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using test::attribute;
using test::ModelBuilder;

/// One step of an LSTM of two features and two cells, its gates by nn.Linear, as tracing writes it.
void add_step(ModelBuilder& model, int t) {
  const auto at = [t](const char* name) { return fmt::format("{}{}", name, t); };
  const auto before = [t](const char* name) { return fmt::format("{}{}", name, t - 1); };
  model.integers(at("index"), {}, {t});
  model.node("Gather", {"x", at("index")}, {at("x")}, {attribute("axis", std::int64_t{1})});
  model.node("Gemm", {at("x"), "w", "b"}, {at("wx")}, {attribute("transB", std::int64_t{1})});
  model.node("Gemm", {before("h"), "r", "b"}, {at("rh")}, {attribute("transB", std::int64_t{1})});
  model.node("Add", {at("wx"), at("rh")}, {at("gates")});
  model.node("Split", {at("gates")}, {at("i"), at("f"), at("g"), at("o")},
             {attribute("axis", std::int64_t{1}), attribute("num_outputs", std::int64_t{4})});
  for (const char* gate : {"i", "f", "o"})
    model.node("Sigmoid", {at(gate)}, {fmt::format("{}/s{}", gate, t)});
  model.node("Tanh", {at("g")}, {at("g/s")});
  model.node("Mul", {at("f/s"), before("c")}, {at("kept")});
  model.node("Mul", {at("i/s"), at("g/s")}, {at("new")});
  model.node("Add", {at("kept"), at("new")}, {at("c")});
  model.node("Tanh", {at("c")}, {at("ct")});
  model.node("Mul", {at("o/s"), at("ct")}, {t == 1 ? "y" : at("h")});
}

TEST(UnrolledRecurrence, IsLayersForEachStep) {
  ModelBuilder model({0, 2, 2}, 18);
  model.floats("w", {8, 2}, std::vector<float>(16, 0.5F));
  model.floats("r", {8, 2}, std::vector<float>(16, 0.25F));
  model.floats("b", {8}, std::vector<float>(8, 0.125F));
  model.integers("zero", {1}, {0});
  model.integers("two", {1}, {2});
  model.node("Shape", {"x"}, {"all"});
  model.node("Gather", {"all", "zero"}, {"images"});
  model.node("Concat", {"images", "two"}, {"state"}, {attribute("axis", std::int64_t{0})});
  model.node("ConstantOfShape", {"state"}, {"h-1"});
  model.node("ConstantOfShape", {"state"}, {"c-1"});
  add_step(model, 0);
  add_step(model, 1);
  const Network network = model.import();
  std::vector<std::string> layers;
  for (const Node& node : network.nodes)
    if (is_layer(node)) layers.push_back(node.name);
  EXPECT_THAT(layers, testing::ElementsAre("wx0", "wx1", "rh1"));  // the first state is constant
  EXPECT_EQ(infer_shapes(network).at("y"), Shape{2});
}

}  // namespace
}  // namespace bitline
