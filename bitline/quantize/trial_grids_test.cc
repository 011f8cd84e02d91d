#include "bitline/quantize/trial_grids.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::tensor_of;

Network two_linear_layers() {
  Network network = network_with_input({2});
  append(network, "a", Linear{}, {"input"}, {{"weight", tensor_of({2, 2}, {1, 2, 3, 4})}});
  append(network, "relu", Relu{}, {"a"});
  append(network, "b", Linear{}, {"relu"}, {{"weight", tensor_of({1, 2}, {1, -1})}});
  return network;
}

TEST(TrialGrids, ValuesOfAFloatNetworkAreOnStepsOfOne) {
  QuantizeOptions options;
  options.edge_bits = 6;
  const Network network = with_trial_grids(two_linear_layers(), options);
  ASSERT_EQ(network.quant.size(), 4U);
  for (const char* name : {"input", "a.weight", "relu", "b.weight"})
    EXPECT_EQ(network.quant.at(name).bits, 6) << name;
  for (const char* value : {"input", "relu"})
    EXPECT_EQ(network.quant.at(value).scale.data<float>()[0], 1) << value;
  // LSQ: 2 · mean |w| / √31 for weights, equation (10).
  EXPECT_NEAR(network.quant.at("a.weight").scale.data<float>()[0], 5 / std::sqrt(31.0), 1e-6);
}

TEST(TrialGrids, GridsThatAreThereStay) {
  Network network = with_trial_grids(two_linear_layers(), {});
  network.quant.at("a.weight").bits = 3;
  network.quant.at("relu").scale.data<float>()[0] = 0.25F;
  const Network again = with_trial_grids(network, {});
  EXPECT_EQ(again.quant.at("a.weight").bits, 3);
  EXPECT_EQ(again.quant.at("relu").scale.data<float>()[0], 0.25F);
}

}  // namespace
}  // namespace bitline
