// Time grows with the number of nodes, not with its square.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

/// Seconds of this process for a chain of grids, reshapes, identities, biases and constants under
/// one name.
double seconds_for(int links) {
  test::ModelBuilder model({0, 4});
  model.floats("s", {}, {0.5F});
  model.floats("w", {4, 4}, std::vector<float>(16, 0.25F));
  model.floats("b", {4}, {1, 2, 3, 4});
  model.integers("shape", {2}, {-1, 4});
  std::string value = "x";
  const auto next = [&](const std::string& type, const std::vector<std::string>& inputs, int i) {
    const std::string output = fmt::format("{}{}", type, i);
    model.node(type, inputs, {output}).set_name("node");
    value = output;
  };
  for (int i = 0; i < links; ++i) {
    next("MatMul", {value, "w"}, i);
    next("Add", {value, "b"}, i);
    next("Identity", {value}, i);
    next("Clip", {value}, i);
    next("QuantizeLinear", {value, "s"}, i);
    next("DequantizeLinear", {value, "s"}, i);
    next("Reshape", {value, "shape"}, i);
    next("Relu", {value}, i);
  }
  model.node("Identity", {value}, {"y"});
  const std::clock_t begin = std::clock();
  EXPECT_GT(model.import().nodes.size(), static_cast<std::size_t>(3 * links));
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Eight times as many nodes: 64 times the time by the square.
TEST(ManyNodes, TakeTimeInProportion) {
  const double few = seconds_for(250);
  EXPECT_LT(seconds_for(2000), 24 * few);
}

}  // namespace
}  // namespace bitline
