#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bitline/digital/digital.h"
#include "bitline/testing/tensors.h"

namespace bitline::digital {
namespace {

using test::counted;
using test::floats;
using test::values_of;
using ::testing::ElementsAre;
using ::testing::FloatEq;

using Axes = std::vector<std::int64_t>;

TEST(Softmax, SharesOutByPowersOfE) {
  const auto third = static_cast<float>(std::log(3.0));
  EXPECT_THAT(values_of(softmax(floats({2}, {0, third}), 0)),
              ElementsAre(FloatEq(0.25F), FloatEq(0.75F)));
}

TEST(Softmax, StaysFiniteForLargeNumbers) {
  EXPECT_THAT(values_of(softmax(floats({3}, {1e4F, 1e4F, -1e4F}), 0)), ElementsAre(0.5F, 0.5F, 0));
  EXPECT_THAT(values_of(softmax(floats({2}, {-1e30F, -1e30F}), 0)), ElementsAre(0.5F, 0.5F));
}

TEST(Softmax, RunsAlongAnInnerAxis) {
  const auto third = static_cast<float>(std::log(3.0));
  // [1, 2, 2]: the pairs along axis 1 are (0, ln 3) and (5, 5).
  EXPECT_THAT(values_of(softmax(floats({1, 2, 2}, {0, 5, third, 5}), 1)),
              ElementsAre(FloatEq(0.25F), 0.5F, FloatEq(0.75F), 0.5F));
}

TEST(LayerNorm, NormalisesTheLastAxes) {
  // 1 and 3: mean 2, variance 1; -1 and 1 before scale and shift.
  const Tensor x = floats({2, 2}, {1, 3, 10, 12});
  const Tensor scale = floats({2}, {2, 4});
  EXPECT_THAT(values_of(layer_norm(x, scale, floats({2}, {0.5F, 1}), 0)),
              ElementsAre(-1.5F, 5, -1.5F, 5));
  EXPECT_THAT(values_of(layer_norm(x, scale, Tensor(), 3)), ElementsAre(-1, 2, -1, 2));
}

TEST(LayerNorm, TakesSeveralAxesTogether) {
  // 0, 0, 4, 4: mean 2, variance 4.
  const Tensor x = floats({1, 2, 2}, {0, 0, 4, 4});
  EXPECT_THAT(values_of(layer_norm(x, floats({2, 2}, {1, 2, 3, 4}), Tensor(), 0)),
              ElementsAre(-1, -2, 3, 4));
}

TEST(LayerNorm, RefusesAnotherShape) {
  EXPECT_THROW(layer_norm(counted({2, 2}), counted({3}), Tensor(), 0), Error);
  EXPECT_THROW(layer_norm(counted({2, 2}), counted({2}), counted({1}), 0), Error);
}

// Two channels of two places in one group, 1 2 3 6: mean 3, variance 7/2; with 1/2 added, a
// deviation of 2: -1, -1/2, 0, 3/2. The second image is ten times that, but for epsilon 50.
TEST(GroupNorm, NormalisesChannelsTogetherAndScalesEach) {
  const Tensor x = floats({1, 2, 2}, {1, 2, 3, 6});
  const Tensor scale = floats({2}, {2, 4});
  const Tensor shift = floats({2}, {0, 0.5F});
  EXPECT_THAT(values_of(group_norm(x, scale, shift, {1, 0.5})), ElementsAre(-2, -1, 0.5F, 6.5F));
  const Tensor many = floats({2, 2, 2}, {1, 2, 3, 6, 10, 20, 30, 60});
  EXPECT_EQ(values_of(group_norm(many, scale, shift, {1, 50})).at(7), 6.5F);
}

// Each channel for itself: mean 2, variance 1; mean 11, variance 1.
TEST(GroupNorm, OfAGroupPerChannel) {
  const Tensor x = floats({1, 2, 2}, {1, 3, 10, 12});
  EXPECT_THAT(values_of(group_norm(x, floats({2}, {2, 4}), floats({2}, {0.5F, 1}), {2, 0})),
              ElementsAre(-1.5F, 2.5F, -3, 5));
}

TEST(GroupNorm, RefusesAnotherShape) {
  const Tensor x = counted({1, 3, 2});
  EXPECT_THROW(group_norm(x, counted({3}), counted({3}), {2}), Error);
  EXPECT_THROW(group_norm(x, counted({3}), counted({3}), {0}), Error);
  EXPECT_THROW(group_norm(x, counted({1}), counted({1}), {1}), Error);
  EXPECT_THROW(group_norm(counted({3}), counted({3}), counted({3}), {1}), Error);
}

TEST(GroupNorm, DoesNotDependOnThreads) {
  const Tensor x = counted({5, 12, 7, 3});
  EXPECT_TRUE(test::same_on_any_threads([&] {
    return group_norm(x, counted({12}), counted({12}), {4, 1e-5});
  }));
}

TEST(ReduceMean, TakesAnyAxes) {
  const Tensor x = counted({2, 2, 3});  // 1 2 3 / 4 5 6  and  7 8 9 / 10 11 12
  EXPECT_THAT(values_of(reduce_mean(x, Axes{2}, false)), ElementsAre(2, 5, 8, 11));
  EXPECT_THAT(values_of(reduce_mean(x, Axes{1}, false)),
              ElementsAre(2.5F, 3.5F, 4.5F, 8.5F, 9.5F, 10.5F));
  EXPECT_THAT(values_of(reduce_mean(x, Axes{0, 2}, false)), ElementsAre(5, 8));
  EXPECT_THAT(values_of(reduce_mean(x, Axes{0, 1, 2}, false)), ElementsAre(6.5F));
  EXPECT_THAT(values_of(reduce_mean(x, Axes{}, false)), values_of(x));
}

TEST(ReduceMean, KeepsAxesWhenAskedTo) {
  const Tensor x = counted({2, 2, 3});
  EXPECT_EQ(reduce_mean(x, Axes{0, 2}, true).shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(reduce_mean(x, Axes{0, 2}, false).shape(), (Shape{2}));
}

TEST(ReduceMean, AddsInDouble) {
  // In float, 2^24 + 1 + 1 + … stays 2^24.
  EXPECT_THAT(values_of(reduce_mean(floats({4}, {16777216, 2, 1, 1}), Axes{0}, false)),
              ElementsAre(4194305));
}

TEST(ReduceSum, AddsIntegersBeyondTheirType) {
  constexpr std::int32_t kLarge = 2147483647;
  const Tensor x = Tensor::of<std::int32_t>({2, 1, 2}, std::vector{kLarge, kLarge, 3, -4});
  const Tensor sums = reduce_sum(x, Axes{1, 2}, false);
  EXPECT_EQ(sums.shape(), (Shape{2}));
  EXPECT_THAT(sums.data<std::int64_t>(), ElementsAre(4294967294, -1));
  EXPECT_EQ(reduce_sum(x, Axes{2}, true).shape(), (Shape{2, 1, 1}));
}

TEST(Reductions, DoNotDependOnThreads) {
  const Tensor x = counted({40, 3, 5}, 0.1F);
  EXPECT_TRUE(test::same_on_any_threads([&] { return softmax(x, 1); }));
  EXPECT_TRUE(test::same_on_any_threads([&] { return reduce_mean(x, Axes{1}, true); }));
  EXPECT_TRUE(
      test::same_on_any_threads([&] { return layer_norm(x, counted({5}), counted({5}), 1e-5); }));
}

}  // namespace
}  // namespace bitline::digital
