#include "bitline/runtime/dense.h"

#include <gtest/gtest.h>

#include "bitline/runtime/plain_product.h"
#include "bitline/testing/convolutions.h"

namespace bitline {
namespace {

using test::plain_sums;
using test::random_activations;
using test::random_layer;

template <typename Held>
void expect_plain_sums(const IntegerLayer& layer) {
  const Tensor activations = random_activations(layer, 2);
  std::unique_ptr<DenseProduct> products[] = {
      make_dense_product(layer), make_plain_product(layer.geometry, layer.weights, layer.pad_value,
                                                    detail::DTypeOf<Held>::value)};
  for (const auto& product : products) {
    const Tensor sums = product->run(activations);
    const auto held = sums.data<Held>();
    EXPECT_EQ(std::vector<std::int64_t>(held.begin(), held.end()), plain_sums(layer, activations));
  }
}

TEST(DenseProduct, EqualsTheIntegerConvolution) {
  const ConvGeometry plain{5, 9, 7, 8, 3, 3, 1, 1, 1};
  const ConvGeometry strided{6, 8, 8, 4, 3, 3, 2, 1, 2};
  const ConvGeometry depthwise{4, 6, 6, 4, 3, 3, 1, 0, 4};
  const ConvGeometry linear{300, 1, 1, 10, 1, 1, 1, 0, 1};
  const ConvGeometry wide{5, 9, 7, 20, 3, 3, 1, 1, 1};  // the others have few channels
  for (const ConvGeometry& geometry : {plain, strided, depthwise, linear, wide})
    expect_plain_sums<float>(random_layer(geometry, -7, 7));
}

TEST(DenseProduct, TakesDoublesWhereAFloatWouldRound) {
  // 1200 inputs · 255 · 32767 is about 2^33
  expect_plain_sums<double>(random_layer({1200, 1, 1, 3, 1, 1, 1, 0, 1}, -32767, 32767));
}

// 600 inputs · 255 · 128 are about 2^24.2, which dot products of bytes still hold.
TEST(DenseProduct, TakesDoublesOfDotProductsToo) {
  expect_plain_sums<double>(random_layer({600, 1, 1, 20, 1, 1, 1, 0, 1}, -128, 127));
}

TEST(DenseProduct, PadsWithTheIntegerThatStandsForZero) {
  IntegerLayer layer = random_layer({2, 5, 5, 3, 3, 3, 1, 1, 1}, -7, 7);
  layer.pad_value = -1;
  expect_plain_sums<float>(layer);
}

// One 2 x 1 kernel over two channels of 3 x 1 images: 1·x0 + 2·x1 of the first, 4·x0 + 8·x1 of the
// second channel.
TEST(PlainProduct, SumsRealNumbers) {
  ConvGeometry geometry{2, 3, 1, 1, 2, 1, 1, 0, 1};
  const float weights[] = {1, 2, 4, 8};
  const float images[] = {1, 0.5F, 0.25F, 0.125F, 0, 1};
  const Tensor sums =
      make_plain_product(geometry, Tensor::of<float>({1, 4}, weights), 0, DType::kF32)
          ->run(Tensor::of<float>({1, 2, 3, 1}, images));
  EXPECT_EQ(sums.shape(), (Shape{1, 1, 2, 1}));
  EXPECT_EQ(sums.data<float>()[0], 1 + 1 + 0.5F + 0);
  EXPECT_EQ(sums.data<float>()[1], 0.5F + 0.5F + 0 + 8);
}

}  // namespace
}  // namespace bitline
