#include "bitline/runtime/zero_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Three outputs of two inputs each; their weights sum to 5, -4 and 0.
IntegerLayer layer_with_zero_point(std::int64_t zero_point) {
  IntegerLayer layer;
  layer.geometry.in_channels = 2;
  layer.geometry.out_channels = 3;
  layer.weights = Tensor::of<std::int32_t>({3, 2}, std::vector<std::int32_t>{2, 3, -5, 1, 7, -7});
  layer.input_zero_point = zero_point;
  return layer;
}

TEST(ZeroPoint, TakesAwayWhatItAddsToEverySum) {
  // -1/2 · 3 · (5, -4, 0).
  EXPECT_THAT(zero_offset_of(layer_with_zero_point(3), std::vector<double>{0.5}),
              ElementsAre(-7.5, 6, 0));
}

TEST(ZeroPoint, IsScaledByEachOutputChannel) {
  // z = -2: 2 · (5/2, -4 · 1/4, 0).
  EXPECT_THAT(zero_offset_of(layer_with_zero_point(-2), std::vector<double>{0.5, 0.25, 4}),
              ElementsAre(5, -2, 0));
}

TEST(ZeroPoint, AtZeroLeavesNothingToFold) {
  EXPECT_THAT(zero_offset_of(layer_with_zero_point(0), std::vector<double>{0.5}), IsEmpty());
}

}  // namespace
}  // namespace bitline
