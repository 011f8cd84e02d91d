#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/digital/digital.h"
#include "bitline/testing/tensors.h"

namespace bitline::digital {
namespace {

using test::counted;
using test::integers;
using test::values_of;
using ::testing::ElementsAre;

using Axes = std::vector<std::int64_t>;

TEST(Movement, GathersEntriesInTheOrderAsked) {
  const Tensor x = counted({2, 3, 2});
  const Tensor middle = gather(x, 1, Axes{2, 0, 2});
  EXPECT_EQ(middle.shape(), (Shape{2, 3, 2}));
  EXPECT_THAT(values_of(middle), ElementsAre(5, 6, 1, 2, 5, 6, 11, 12, 7, 8, 11, 12));
  EXPECT_THAT(values_of(gather(x, 2, Axes{1})), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(values_of<std::int64_t>(gather(integers({3}, {7, 8, 9}), 0, Axes{1})),
              ElementsAre(8));
  EXPECT_EQ(gather(x, 0, Axes{}).shape(), (Shape{0, 3, 2}));
}

TEST(Movement, RefusesToGatherWhatIsNotThere) {
  EXPECT_THROW(gather(counted({3}), 0, Axes{3}), Error);
  EXPECT_THROW(gather(counted({3}), 0, Axes{-1}), Error);
  EXPECT_THROW(gather(counted({3}), 1, Axes{0}), Error);
}

TEST(Movement, ConcatenatesAlongAnyAxis) {
  const std::vector<Tensor> parts{counted({2, 1}), counted({2, 2}, 10)};
  const Tensor joined = concat(parts, 1);
  EXPECT_EQ(joined.shape(), (Shape{2, 3}));
  EXPECT_THAT(values_of(joined), ElementsAre(1, 10, 11, 2, 12, 13));
  const std::vector<Tensor> rows{counted({1, 2}), counted({2, 2}, 10)};
  EXPECT_THAT(values_of(concat(rows, 0)), ElementsAre(1, 2, 10, 11, 12, 13));
}

TEST(Movement, RefusesToConcatenateOtherShapesAndTypes) {
  const std::vector<Tensor> shapes{counted({2, 1}), counted({3, 1})};
  EXPECT_THROW(concat(shapes, 1), Error);
  const std::vector<Tensor> types{counted({1}), integers({1}, {1})};
  EXPECT_THROW(concat(types, 0), Error);
  EXPECT_THROW(concat({}, 0), Error);
}

TEST(Movement, TransposesAnyOrder) {
  EXPECT_THAT(values_of(transpose(counted({2, 3}), Axes{1, 0})), ElementsAre(1, 4, 2, 5, 3, 6));
  // Element (i, j, k) of [2, 2, 2] is 4i + 2j + k + 1; axes (1, 2, 0) give (j, k, i).
  EXPECT_THAT(values_of(transpose(counted({2, 2, 2}), Axes{1, 2, 0})),
              ElementsAre(1, 5, 2, 6, 3, 7, 4, 8));
  // The last axis stays: whole rows move.
  EXPECT_THAT(values_of(transpose(counted({2, 2, 2}), Axes{1, 0, 2})),
              ElementsAre(1, 2, 5, 6, 3, 4, 7, 8));
}

TEST(Movement, TransposesEveryElementType) {
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4};
  EXPECT_THAT(
      values_of<std::uint8_t>(transpose(Tensor::of<std::uint8_t>({2, 2}, bytes), Axes{1, 0})),
      ElementsAre(1, 3, 2, 4));
  const std::vector<std::int16_t> words{1, 2, 3, 4};
  EXPECT_THAT(
      values_of<std::int16_t>(transpose(Tensor::of<std::int16_t>({2, 2}, words), Axes{1, 0})),
      ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(values_of<std::int64_t>(transpose(integers({2, 2}, {1, 2, 3, 4}), Axes{1, 0})),
              ElementsAre(1, 3, 2, 4));
}

TEST(Movement, RefusesAnOrderThatLeavesAnAxisOut) {
  EXPECT_THROW(transpose(counted({2, 3}), Axes{0, 0}), Error);
  EXPECT_THROW(transpose(counted({2, 3}), Axes{0}), Error);
}

TEST(Movement, PadsUnevenly) {
  const Tensor padded = pad(counted({1, 2, 2}), Axes{0, 1, 0}, Axes{0, 0, 2}, -1);
  EXPECT_EQ(padded.shape(), (Shape{1, 3, 4}));
  EXPECT_THAT(values_of(padded), ElementsAre(-1, -1, -1, -1, 1, 2, -1, -1, 3, 4, -1, -1));
  const std::vector<std::int32_t> one{5};
  EXPECT_THAT(values_of<std::int32_t>(pad(Tensor::of<std::int32_t>({1}, one), Axes{1}, Axes{1}, 3)),
              ElementsAre(3, 5, 3));
  EXPECT_THAT(values_of<std::int64_t>(pad(integers({2}, {5, 6}), Axes{1}, Axes{2}, -3)),
              ElementsAre(-3, 5, 6, -3, -3));
}

TEST(Movement, PadsIntegersWithIntegersOnly) {
  EXPECT_THROW(pad(integers({1}, {5}), Axes{1}, Axes{1}, 0.5), Error);
  const std::vector<std::int32_t> one{5};
  EXPECT_THROW(pad(Tensor::of<std::int32_t>({1}, one), Axes{1}, Axes{1}, 0x1p31), Error);
}

TEST(Movement, PadsNoOtherElements) {
  const std::vector<std::uint8_t> one{5};
  EXPECT_THROW(pad(Tensor::of<std::uint8_t>({1}, one), Axes{1}, Axes{1}, 0), Error);
}

TEST(Movement, RefusesNegativePads) {
  EXPECT_THROW(pad(counted({2}), Axes{-1}, Axes{0}, 0), Error);
  EXPECT_THROW(pad(counted({2}), Axes{1, 1}, Axes{0, 0}, 0), Error);
}

TEST(Movement, DoesNotDependOnThreads) {
  const Tensor x = counted({6, 50, 3, 4});
  EXPECT_TRUE(test::same_on_any_threads([&] { return transpose(x, Axes{3, 1, 0, 2}); }));
  EXPECT_TRUE(test::same_on_any_threads([&] { return gather(x, 2, Axes{2, 0}); }));
}

}  // namespace
}  // namespace bitline::digital
