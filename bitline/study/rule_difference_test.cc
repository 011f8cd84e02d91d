#include "bitline/study/rule_difference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/quantize/grid.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::tensor_of;

/// Two features to one, on an input grid of that scale.
Network network_of(float scale, GridRule rule = GridRule::kReciprocal) {
  Network network = network_with_input({2});
  append(network, "layer", Linear{}, {"input"}, {{"weight", tensor_of({1, 2}, {1, 1})}});
  network.quant["input"] = test::signed_spec(4, {scale});
  network.quant["input"].rule = rule;
  network.quant["layer.weight"] = test::signed_spec(2, {1});
  return network;
}

/// The first float32 number behind 100 steps below the middle that goes beyond the integer.
float first_beyond(const Grid& grid, float middle, std::int32_t integer) {
  float v = middle;
  for (int i = 0; i < 100; ++i) v = std::nextafter(v, -1e30F);
  while (grid.to_integer(v) <= integer) v = std::nextafter(v, 1e30F);
  return v;
}

TEST(BorderDifference, CountsTheBordersThatLieElsewhere) {
  const Network network = network_of(15);
  QuantSpec divides = network.quant.at("input");
  divides.rule = GridRule::kDivide;
  std::int64_t moved = 0;
  double elsewhere = 0;
  for (std::int32_t k = -7; k < 7; ++k) {
    const float middle = (static_cast<float>(k) + 0.5F) * 15;
    const double before =
        static_cast<double>(first_beyond(Grid(network.quant.at("input"), 15), middle, k));
    const double behind = static_cast<double>(first_beyond(Grid(divides, 15), middle, k));
    moved += before != behind ? 1 : 0;
    elsewhere += std::abs(before - behind);
  }
  ASSERT_GT(moved, 0);  // 37.5 is one: grid_test.cc
  const BorderDifference difference = border_difference(network);
  EXPECT_EQ(difference.grids, 1);
  EXPECT_EQ(difference.borders, 14);
  EXPECT_EQ(difference.moved, moved);
  EXPECT_DOUBLE_EQ(difference.share, elsewhere / (14 * 15));
}

TEST(BorderDifference, IsNothingWhereTheReciprocalIsExact) {
  const BorderDifference difference = border_difference(network_of(0.25F));
  EXPECT_EQ(difference.grids, 1);
  EXPECT_EQ(difference.moved, 0);
  EXPECT_EQ(difference.share, 0);
}

TEST(BorderDifference, GridsThatDivideAndGridsOfSignsAreLeftOut) {
  EXPECT_EQ(border_difference(network_of(15, GridRule::kDivide)).grids, 0);
  Network signs = network_of(15);
  signs.quant.at("input").odd = true;
  signs.quant.at("input").bits = 1;
  EXPECT_EQ(border_difference(signs).grids, 0);
}

// 37.5 goes to 3, and to 2 where the grid divides; 30 to 2 either way.
TEST(ValueDifference, CountsValuesThatGoToAnotherInteger) {
  SilentProgress silent;
  const Tensor images = tensor_of({2, 2}, {37.5F, 30, 30, 30});
  const RunConfig config;
  const ValueDifference difference = value_difference(network_of(15), config, images, {silent, {}});
  EXPECT_EQ(difference.images, 2);
  EXPECT_EQ(difference.values, 4);
  EXPECT_EQ(difference.moved, 1);
}

}  // namespace
}  // namespace bitline
