#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bitline/digital/digital.h"
#include "bitline/testing/tensors.h"

namespace bitline::digital {
namespace {

using test::counted;
using test::floats;
using test::values_of;
using ::testing::ElementsAre;

TEST(MaxPool, TakesTheLargestOfEachWindow) {
  const std::vector<std::int32_t> pixels{1, 9, 3, 4, 5, 6, 7, 8, -2, -2, -2, -3, -2, -2, -5, -4};
  const Tensor pooled = max_pool({}, Tensor::of<std::int32_t>({1, 1, 4, 4}, pixels));
  EXPECT_EQ(pooled.shape(), (Shape{1, 1, 2, 2}));
  EXPECT_THAT(values_of<std::int32_t>(pooled), ElementsAre(9, 8, -2, -2));
}

TEST(MaxPool, PaddingHoldsNothing) {
  // Negative numbers stay the largest beside padding; uneven padding: one row above, one column on
  // the right.
  const Windows windows{.kernel = 2, .stride = 1, .padding = {1, 0, 0, 1}};
  const Tensor pooled = max_pool(windows, floats({1, 1, 2, 2}, {-1, -2, -3, -4}));
  EXPECT_EQ(pooled.shape(), (Shape{1, 1, 2, 2}));
  EXPECT_THAT(values_of(pooled), ElementsAre(-1, -2, -1, -2));
}

TEST(MaxPool, CeilCountsTheWindowThatOverhangs) {
  const Windows windows{.kernel = {1, 2}, .stride = {1, 2}, .ceil = true};
  EXPECT_THAT(values_of(max_pool(windows, counted({1, 1, 1, 5}))), ElementsAre(2, 4, 5));
}

TEST(MaxPool, DilationLeavesHoles) {
  // 1 … 16 in rows of four; windows see (0, 0), (0, 2), (2, 0), (2, 2) and so on.
  const Windows windows{.kernel = 2, .stride = 1, .dilation = 2};
  EXPECT_THAT(values_of(max_pool(windows, counted({1, 1, 4, 4}))), ElementsAre(11, 12, 15, 16));
}

TEST(MaxPool, AWindowOverNothingGivesTheLowestNumber) {
  // Kernel entries two apart around one pixel: both lie in the padding.
  const Windows windows{.kernel = {1, 2}, .stride = 1, .padding = {0, 1, 0, 1}, .dilation = 2};
  EXPECT_THAT(values_of(max_pool(windows, floats({1, 1, 1, 1}, {3}))),
              ElementsAre(std::numeric_limits<float>::lowest()));
  // One pixel wide windows every three places: the third begins behind the image.
  const Windows overhang{.kernel = 1, .stride = {1, 3}, .ceil = true};
  const std::vector<std::int32_t> row{1, 2, 3, 4, 5};
  EXPECT_THAT(
      values_of<std::int32_t>(max_pool(overhang, Tensor::of<std::int32_t>({1, 1, 1, 5}, row))),
      ElementsAre(1, 4, std::numeric_limits<std::int32_t>::lowest()));
}

TEST(AveragePool, DividesByThePlacesInTheImage) {
  const AveragePool pool{{.kernel = 2, .stride = 2, .padding = 1}};
  // 1 2 3 / 4 5 6 / 7 8 9 with a frame: windows see 1; 2 3; 4 7; 5 6 8 9.
  EXPECT_THAT(values_of(average_pool(pool, counted({1, 1, 3, 3}))), ElementsAre(1, 2.5F, 5.5F, 7));
}

TEST(AveragePool, CountsPaddingWhenAskedTo) {
  const AveragePool pool{{.kernel = 2, .stride = 2, .padding = 1}, true};
  EXPECT_THAT(values_of(average_pool(pool, counted({1, 1, 3, 3}))),
              ElementsAre(0.25F, 1.25F, 2.75F, 7));
}

TEST(AveragePool, OverhangNeverCounts) {
  // Places 0 | 1 2 3 | 0 of the padded row, windows of three every two: (0 1 2), (2 3 0).
  const Windows windows{.kernel = {1, 3}, .stride = {1, 2}, .padding = {0, 1, 0, 1}, .ceil = true};
  const Windows longer{.kernel = {1, 3}, .stride = {1, 2}, .padding = {0, 1, 0, 2}, .ceil = true};
  const Tensor x = counted({1, 1, 1, 3});
  EXPECT_THAT(values_of(average_pool({windows, true}, x)), ElementsAre(1, 5.0F / 3));
  // One more padded place: (0 1 2), (2 3 0), (0 0 -). The last window counts two padded places, or
  // none.
  EXPECT_THAT(values_of(average_pool({longer, true}, x)), ElementsAre(1, 5.0F / 3, 0));
  EXPECT_THAT(values_of(average_pool({longer, false}, x)), ElementsAre(1.5F, 2.5F, 0));
  // (2 3), (3 -) of windows of two: the overhang does not count, padding or not.
  const Windows pairs{.kernel = {1, 2}, .stride = {1, 2}, .ceil = true};
  EXPECT_THAT(values_of(average_pool({pairs, true}, x)), ElementsAre(1.5F, 3));
}

TEST(AveragePool, KeepsPlanesApart) {
  const Tensor pooled = average_pool({{.kernel = 2, .stride = 2}}, counted({2, 2, 2, 2}));
  EXPECT_EQ(pooled.shape(), (Shape{2, 2, 1, 1}));
  EXPECT_THAT(values_of(pooled), ElementsAre(2.5F, 6.5F, 10.5F, 14.5F));
}

Tensor integers(Shape shape, const std::vector<std::int32_t>& values) {
  return Tensor::of<std::int32_t>(std::move(shape), values);
}

TEST(SumPool, AddsIntegersOfTheImage) {
  // 1 2 3 / 4 5 6 / 7 8 9 with a frame: windows see 1; 2 3; 4 7; 5 6 8 9.
  const Windows windows{.kernel = 2, .stride = 2, .padding = 1};
  const Tensor sums = sum_pool(windows, integers({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(sums.shape(), (Shape{1, 1, 2, 2}));
  EXPECT_THAT(sums.data<std::int64_t>(), ElementsAre(1, 5, 11, 28));
  EXPECT_THAT(window_sizes({windows, false}, {1, 1, 3, 3}), ElementsAre(1, 2, 2, 4));
  EXPECT_THAT(window_sizes({windows, true}, {1, 1, 3, 3}), ElementsAre(4, 4, 4, 4));
}

TEST(Pooling, DoesNotDependOnThreads) {
  const Tensor x = counted({3, 5, 9, 8}, 0.1F);
  const Windows windows{.kernel = 3, .stride = 2, .padding = 1, .ceil = true};
  EXPECT_TRUE(test::same_on_any_threads([&] { return max_pool(windows, x); }));
  EXPECT_TRUE(test::same_on_any_threads([&] { return average_pool({windows, true}, x); }));
}

}  // namespace
}  // namespace bitline::digital
