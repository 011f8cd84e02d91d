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

TEST(MatMul, MultipliesMatrices) {
  // 1 2 3     1 2
  // 4 5 6  ·  3 4
  //           5 6
  const Tensor product = mat_mul(counted({2, 3}), counted({3, 2}));
  EXPECT_EQ(product.shape(), (Shape{2, 2}));
  EXPECT_THAT(values_of(product), ElementsAre(22, 28, 49, 64));
}

TEST(MatMul, BroadcastsTheAxesInFront) {
  // Two rows of one matrix each against one matrix, and the other way round.
  const Tensor rows = floats({2, 1, 1, 2}, {1, 0, 0, 1});
  const Tensor matrices = counted({3, 2, 1});  // columns (1, 2), (3, 4), (5, 6)
  const Tensor product = mat_mul(rows, matrices);
  EXPECT_EQ(product.shape(), (Shape{2, 3, 1, 1}));
  EXPECT_THAT(values_of(product), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(values_of(mat_mul(counted({2, 1, 2}), counted({2, 1}))), ElementsAre(5, 11));
}

TEST(MatMul, AddsInFloatFromTheFirstProductOn) {
  // 2^24 + 1 rounds to 2^24 in float, each time.
  EXPECT_THAT(values_of(mat_mul(floats({1, 3}, {16777216, 1, 1}), floats({3, 1}, {1, 1, 1}))),
              ElementsAre(16777216));
}

TEST(MatMul, RefusesMatricesThatDoNotFit) {
  EXPECT_THROW(mat_mul(counted({2, 3}), counted({2, 3})), Error);
  EXPECT_THROW(mat_mul(counted({3}), counted({3, 1})), Error);
  EXPECT_THROW(mat_mul(counted({2, 1, 1}), counted({3, 1, 1})), Error);
}

TEST(MatMul, DoesNotDependOnThreads) {
  EXPECT_TRUE(test::same_on_any_threads([] {
    return mat_mul(counted({5, 7, 9}, 0.3F), counted({9, 4}, 0.7F));
  }));
}

}  // namespace
}  // namespace bitline::digital
