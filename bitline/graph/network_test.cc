#include "bitline/graph/network.h"

#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::filled;
using test::message_of;
using test::network_with_input;

Network two_layers() {
  Network network = network_with_input({2});
  append(network, "hidden", Linear{}, {"input"}, {{"weight", filled({3, 2}, 1)}});
  append(network, "classifier", Linear{}, {"hidden"}, {{"weight", filled({2, 3}, 1)}});
  return network;
}

TEST(Network, FindsANodeByItsName) {
  EXPECT_EQ(two_layers().index_of("input"), 0U);
  EXPECT_EQ(two_layers().index_of("classifier"), 2U);
  EXPECT_EQ(two_layers().node("hidden").inputs, std::vector<std::string>{"input"});
}

TEST(Network, AnUnknownNodeIsNamedWithTheNearestKnownOne) {
  EXPECT_EQ(message_of([] { (void)two_layers().index_of("clasifier"); }),
            "network 'small' has no node 'clasifier'; the nearest name is 'classifier'");
}

TEST(Network, NoNameIsProposedWhereNoneIsNear) {
  EXPECT_EQ(message_of([] { (void)two_layers().index_of("q"); }),
            "network 'small' has no node 'q'");
}

TEST(Network, AParameterIsFoundByItsRole) {
  Network network = two_layers();
  const Node& hidden = network.nodes[1];
  EXPECT_TRUE(network.has_parameter(hidden, "weight"));
  EXPECT_FALSE(network.has_parameter(hidden, "bias"));
  EXPECT_EQ(network.parameter(hidden, "weight").shape(), (Shape{3, 2}));
}

TEST(Network, AMissingRoleOrTensorIsNamedWithItsNode) {
  Network network = two_layers();
  EXPECT_EQ(message_of([&] { (void)network.parameter(network.nodes[1], "bias"); }),
            "node 'hidden' (linear) has no parameter 'bias'");
  network.tensors.erase("hidden.weight");
  EXPECT_EQ(message_of([&] { (void)network.parameter(network.nodes[1], "weight"); }),
            "node 'hidden': tensor 'hidden.weight' is missing from the network");
}

TEST(Network, ACopySharesItsTensors) {
  Network network = two_layers();
  const Network copy = network;
  network.tensors.at("hidden.weight").data<float>()[0] = 7;
  EXPECT_EQ(copy.tensors.at("hidden.weight").data<float>()[0], 7);
}

}  // namespace
}  // namespace bitline
