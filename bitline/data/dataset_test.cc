#include "bitline/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;

// Three images of one channel and 1 x 2 pixels.
Dataset three_images() {
  const std::vector<std::uint8_t> pixels{10, 11, 20, 21, 30, 31};
  return {Tensor::of<std::uint8_t>({3, 1, 1, 2}, pixels), {0, 1, 1}, 2, {"no", "yes"}};
}

TEST(Dataset, GivesOneImage) {
  const Dataset dataset = three_images();
  const auto image = dataset.image(1);
  EXPECT_EQ(std::vector<int>(image.begin(), image.end()), (std::vector<int>{20, 21}));
  EXPECT_THROW(dataset.image(3), Error);
  EXPECT_THROW(dataset.image(-1), Error);
}

TEST(Dataset, SubsetKeepsTheOrderThatWasAskedFor) {
  const Dataset dataset = three_images();
  const std::vector<std::int64_t> indices{2, 0, 2};
  const Dataset part = subset(dataset, indices);
  EXPECT_EQ(part.images.shape(), (Shape{3, 1, 1, 2}));
  EXPECT_EQ(part.labels, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_EQ(part.image(0)[0], 30);
  EXPECT_EQ(part.image(1)[1], 11);
  EXPECT_EQ(part.class_names, dataset.class_names);
}

TEST(Dataset, SubsetIsACopy) {
  Dataset dataset = three_images();
  const std::vector<std::int64_t> indices{0};
  const Dataset part = subset(dataset, indices);
  dataset.images.data<std::uint8_t>()[0] = 99;
  EXPECT_EQ(part.image(0)[0], 10);
}

TEST(Dataset, SubsetMayBeEmptyButNotLeaveTheDataset) {
  EXPECT_EQ(subset(three_images(), {}).size(), 0);
  const std::vector<std::int64_t> indices{3};
  EXPECT_THAT(message_of([&] { subset(three_images(), indices); }),
              HasSubstr("image 3 was asked for, but there are 3"));
}

TEST(Dataset, PixelsMayBeRealAndHaveToBeFinite) {
  const std::vector<float> pixels{0.5F, -1.0F, 2.0F, 0.0F};
  Dataset dataset{Tensor::of<float>({2, 1, 1, 2}, pixels), {0, 1}, 2, {}};
  check_dataset(dataset, "x");
  EXPECT_EQ(dataset.image<float>(1)[0], 2.0F);
  EXPECT_THROW(dataset.image(1), Error);
  const std::vector<std::int64_t> indices{1};
  EXPECT_EQ(subset(dataset, indices).image<float>(0)[0], 2.0F);
  dataset.images.data<float>()[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(message_of([&] { check_dataset(dataset, "x"); }),
            "x: image 1 holds inf; every pixel has to be a finite number");
}

TEST(Dataset, ImagesMayHaveAnyRankFromTwo) {
  Dataset vectors = three_images();
  vectors.images = vectors.images.reshaped({3, 2});
  check_dataset(vectors, "x");
  const auto last = vectors.image(2);
  EXPECT_EQ(std::vector<int>(last.begin(), last.end()), (std::vector<int>{30, 31}));
  vectors.source = "x.npz";
  const std::vector<std::int64_t> indices{1};
  EXPECT_EQ(subset(vectors, indices).images.shape(), (Shape{1, 2}));
  EXPECT_EQ(subset(vectors, indices).source, "x.npz");
}

TEST(Dataset, CheckNamesWhatDoesNotFit) {
  check_dataset(three_images(), "x");
  Dataset few_labels = three_images();
  few_labels.labels.pop_back();
  EXPECT_EQ(message_of([&] { check_dataset(few_labels, "x"); }), "x: 2 labels for 3 images");
  Dataset bad_label = three_images();
  bad_label.labels[1] = 2;
  EXPECT_THAT(message_of([&] { check_dataset(bad_label, "x"); }),
              HasSubstr("label 2 of image 1 is outside 0 to 1"));
  Dataset negative_label = three_images();
  negative_label.labels[2] = -1;
  EXPECT_THAT(message_of([&] { check_dataset(negative_label, "x"); }), HasSubstr("label -1"));
  Dataset many_names = three_images();
  many_names.class_names.emplace_back("maybe");
  EXPECT_EQ(message_of([&] { check_dataset(many_names, "x"); }), "x: 3 class names for 2 classes");
  Dataset numbers = three_images();
  numbers.images = numbers.images.reshaped({6});
  EXPECT_THAT(message_of([&] { check_dataset(numbers, "x"); }), HasSubstr("found U8 [6]"));
}

}  // namespace
}  // namespace bitline
