#include "bitline/graph/network_up_to.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::filled;
using test::network_with_input;
using testing::ElementsAre;
using testing::HasSubstr;

/// input → left → sum → end, input → right → sum; `right` on a grid.
Network diamond() {
  Network network = network_with_input({2});
  append(network, "left", Linear{}, {"input"}, {{"weight", filled({2, 2}, 1)}});
  append(network, "right", Linear{}, {"input"}, {{"weight", filled({2, 2}, 2)}});
  append(network, "sum", ResidualAdd{}, {"left", "right"});
  append(network, "end", Relu{}, {"sum"});
  network.quant["right"] = test::unsigned_spec(4);
  network.quant["right.weight"] = test::signed_spec(4);
  return network;
}

std::vector<std::string> names(const Network& network) {
  std::vector<std::string> result;
  for (const Node& node : network.nodes) result.push_back(node.name);
  return result;
}

TEST(NetworkUpTo, TakesWhatTheValueDependsOn) {
  const Network part = network_up_to(diamond(), "right");
  EXPECT_THAT(names(part), ElementsAre("input", "right"));
  EXPECT_EQ(part.tensors.size(), 1U);
  EXPECT_EQ(part.quant.size(), 2U);
  EXPECT_NO_THROW(infer_shapes(part));
  EXPECT_THAT(names(network_up_to(diamond(), "sum")), ElementsAre("input", "left", "right", "sum"));
}

TEST(NetworkUpTo, LeavesTheGridsOfTheRestBehind) {
  const Network part = network_up_to(diamond(), "left");
  EXPECT_TRUE(part.quant.empty());
  EXPECT_NO_THROW(infer_shapes(part));
  EXPECT_THAT(names(network_up_to(diamond(), "input")), ElementsAre("input"));
}

TEST(NetworkUpTo, NamesTheNearestNode) {
  EXPECT_THAT(test::message_of([] { network_up_to(diamond(), "rigth"); }), HasSubstr("right"));
}

}  // namespace
}  // namespace bitline
