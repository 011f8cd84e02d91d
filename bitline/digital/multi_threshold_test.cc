#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bitline/digital/digital.h"

namespace bitline {
namespace {

using testing::ElementsAre;

Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), std::span<const float>(values));
}

// A number on a threshold has reached it; the one below has not.
TEST(MultiThreshold, CountsThresholdsThatAreNotAbove) {
  const float below = std::nextafter(1.0F, 0.0F);
  const Tensor x = floats({1, 6}, {-9, below, 1, 1.5F, 2, 9});
  const Tensor y = digital::multi_threshold(x, floats({1, 3}, {1, 2, 2}), {0, 1, 0}, 1);
  EXPECT_THAT(y.data<float>(), ElementsAre(0, 0, 1, 1, 3, 3));
}

TEST(MultiThreshold, ScalesAndShiftsTheCount) {
  const Tensor y =
      digital::multi_threshold(floats({1, 2}, {-1, 1}), floats({1, 1}, {0}), {0, 2, -1}, 1);
  EXPECT_THAT(y.data<float>(), ElementsAre(-1, 1));
}

// Two images of two channels of two pixels.
TEST(MultiThreshold, ChannelsHaveRowsOfTheirOwn) {
  const Tensor x = floats({2, 2, 1, 2}, {1, 3, 1, 3, 5, 2, 5, 2});
  const Tensor y = digital::multi_threshold(x, floats({2, 2}, {1, 2, 3, 4}), {0, 1, 0}, 1);
  EXPECT_THAT(y.data<float>(), ElementsAre(1, 2, 0, 1, 2, 2, 2, 0));
}

TEST(MultiThreshold, WhatIsNoNumberReachesNone) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const Tensor y =
      digital::multi_threshold(floats({1, 1}, {kNaN}), floats({1, 2}, {0, 1}), {0, 1, 0}, 1);
  EXPECT_THAT(y.data<float>(), ElementsAre(0));
}

}  // namespace
}  // namespace bitline
