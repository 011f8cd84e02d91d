#include "bitline/mapping/default_array.h"

#include <gtest/gtest.h>

#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::signed_spec;
using test::tensor_of;

Network one_layer(bool odd_weights, bool odd_input) {
  Network network = network_with_input({2});
  append(network, "layer", Linear{}, {"input"}, {{"weight", tensor_of({1, 2}, {1, -1})}});
  for (const auto& [name, odd] :
       {std::pair("input", odd_input), std::pair("layer.weight", odd_weights)}) {
    QuantSpec spec = signed_spec(1);
    spec.narrow = false;
    spec.odd = odd;
    network.quant[name] = spec;
  }
  return network;
}

TEST(DefaultArray, OddWeightsLieOnBipolarCells) {
  EXPECT_EQ(default_array(one_layer(true, false)).encoding, encodings::kBipolar);
}

TEST(DefaultArray, OtherWeightsLieOnPairsWhateverTheirInputs) {
  EXPECT_EQ(default_array(one_layer(false, false)).encoding, encodings::kDifferential);
  EXPECT_EQ(default_array(one_layer(false, true)).encoding, encodings::kDifferential);
}

}  // namespace
}  // namespace bitline
