#include "bitline/runtime/dense.h"

#include <gtest/gtest.h>

#include "bitline/quantize/test_convolution.h"

namespace bitline {
namespace {

using testing::plain_sums;
using testing::random_activations;
using testing::random_layer;

template <typename Held>
void expect_plain_sums(const IntegerLayer& layer) {
  const Tensor activations = random_activations(layer, 2);
  const Tensor sums = DenseLayer(layer).run(activations);
  const auto held = sums.data<Held>();
  EXPECT_EQ(std::vector<std::int64_t>(held.begin(), held.end()), plain_sums(layer, activations));
}

TEST(DenseLayer, EqualsTheIntegerConvolution) {
  const ConvGeometry plain{5, 9, 7, 8, 3, 3, 1, 1, 1};
  const ConvGeometry strided{6, 8, 8, 4, 3, 3, 2, 1, 2};
  const ConvGeometry depthwise{4, 6, 6, 4, 3, 3, 1, 0, 4};
  const ConvGeometry linear{300, 1, 1, 10, 1, 1, 1, 0, 1};
  const ConvGeometry wide{5, 9, 7, 20, 3, 3, 1, 1, 1};  // the others have few channels
  for (const ConvGeometry& geometry : {plain, strided, depthwise, linear, wide})
    expect_plain_sums<float>(random_layer(geometry, -7, 7));
}

TEST(DenseLayer, TakesDoublesWhereAFloatWouldRound) {
  // 1200 inputs · 255 · 32767 is about 2^33
  expect_plain_sums<double>(random_layer({1200, 1, 1, 3, 1, 1, 1, 0, 1}, -32767, 32767));
}

TEST(DenseLayer, PadsWithTheIntegerThatStandsForZero) {
  IntegerLayer layer = random_layer({2, 5, 5, 3, 3, 3, 1, 1, 1}, -7, 7);
  layer.pad_value = -1;
  expect_plain_sums<float>(layer);
}

}  // namespace
}  // namespace bitline
