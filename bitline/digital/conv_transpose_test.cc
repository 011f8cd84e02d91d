#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/digital/digital.h"
#include "bitline/testing/tensors.h"

namespace bitline::digital {
namespace {

using test::counted;
using test::floats;
using test::values_of;
using ::testing::ElementsAre;

TEST(ConvTranspose, EveryInputSpreadsTheKernel) {
  // 1 2 every two places with the kernel 10 1: 10 1 20 2.
  const ConvTranspose conv{.stride = 2};
  const Tensor y =
      conv_transpose(conv, floats({1, 1, 1, 2}, {1, 2}), floats({1, 1, 1, 2}, {10, 1}), Tensor());
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 4}));
  EXPECT_THAT(values_of(y), ElementsAre(10, 1, 20, 2));
}

TEST(ConvTranspose, OverlapsAreAdded) {
  // 1 2 / 3 4 with ones: each output counts the inputs within reach.
  const Tensor y = conv_transpose({}, counted({1, 1, 2, 2}), floats({1, 1, 2, 2}, {1, 1, 1, 1}),
                                  floats({1}, {0.5F}));
  EXPECT_THAT(values_of(y), ElementsAre(1.5F, 3.5F, 2.5F, 4.5F, 10.5F, 6.5F, 3.5F, 7.5F, 4.5F));
}

TEST(ConvTranspose, PaddingCutsAndOutputPaddingAdds) {
  // Stride 2, kernel 1 2 3 over inputs 1 10: 1 2 3+10 20 30. One place goes on the left; output
  // padding adds one on the right, which nothing reaches.
  const ConvTranspose conv{.stride = {1, 2}, .padding = {0, 1, 0, 0}, .output_padding = {0, 1}};
  const Tensor y = conv_transpose(conv, floats({1, 1, 1, 2}, {1, 10}),
                                  floats({1, 1, 1, 3}, {1, 2, 3}), Tensor());
  EXPECT_THAT(values_of(y), ElementsAre(2, 13, 20, 30, 0));
}

TEST(ConvTranspose, DilationSpreadsWithHoles) {
  const ConvTranspose conv{.dilation = {2, 1}};
  const Tensor y =
      conv_transpose(conv, floats({1, 1, 2, 1}, {1, 10}), floats({1, 1, 2, 1}, {1, 2}), Tensor());
  EXPECT_EQ(y.shape(), (Shape{1, 1, 4, 1}));
  EXPECT_THAT(values_of(y), ElementsAre(1, 10, 2, 20));
}

TEST(ConvTranspose, GroupsStayApart) {
  // Four input channels in two groups, two outputs per group; weight [in, out / groups].
  const ConvTranspose conv{.groups = 2};
  const Tensor weight = floats({4, 2, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor x = floats({1, 4, 1, 1}, {1, 10, 100, 1000});
  // group 0: 1·1 + 10·3, 1·2 + 10·4; group 1: 100·5 + 1000·7, 100·6 + 1000·8; and the biases.
  EXPECT_THAT(values_of(conv_transpose(conv, x, weight, floats({4}, {0, 1, 0, 1}))),
              ElementsAre(31, 43, 7500, 8601));
}

TEST(ConvTranspose, KeepsImagesApart) {
  const Tensor y =
      conv_transpose({}, floats({2, 1, 1, 1}, {1, 10}), floats({1, 2, 1, 1}, {1, 2}), Tensor());
  EXPECT_EQ(y.shape(), (Shape{2, 2, 1, 1}));
  EXPECT_THAT(values_of(y), ElementsAre(1, 2, 10, 20));
}

TEST(ConvTranspose, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(conv_transpose({}, counted({1, 2, 1, 1}), counted({1, 1, 1, 1}), Tensor()), Error);
  EXPECT_THROW(
      conv_transpose({}, counted({1, 1, 1, 1}), counted({1, 1, 1, 1}), floats({2}, {1, 2})), Error);
  EXPECT_THROW(conv_transpose({.padding = 1}, counted({1, 1, 1, 1}), counted({1, 1, 2, 2}), {}),
               Error);
}

TEST(ConvTranspose, DoesNotDependOnThreads) {
  const ConvTranspose conv{.stride = 2, .padding = 1};
  EXPECT_TRUE(test::same_on_any_threads([&] {
    return conv_transpose(conv, counted({2, 3, 4, 5}, 0.1F), counted({3, 4, 3, 3}, 0.2F),
                          counted({4}));
  }));
}

}  // namespace
}  // namespace bitline::digital
