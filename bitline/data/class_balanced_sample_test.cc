#include "bitline/data/class_balanced_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;
using testing::IsSupersetOf;

// 0 1 2 0 1 2 ...
std::vector<std::int32_t> cyclic_labels(std::size_t count) {
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(static_cast<std::int32_t>(i % 3));
  return labels;
}

TEST(ClassBalancedSample, HasAsManyOfEachClassSortedAndWithoutRepetition) {
  const bool held = rc::check([] {
    const auto labels = *rc::gen::container<std::vector<std::int32_t>>(
        200, rc::gen::elementOf(std::vector<std::int32_t>{0, 1, 2, 3}));
    const std::int64_t fewest = [&] {
      std::int64_t count = 200;
      for (int c = 0; c < 4; ++c)
        count = std::min<std::int64_t>(count, std::count(labels.begin(), labels.end(), c));
      return count;
    }();
    RC_PRE(fewest > 0);
    const auto sample =
        class_balanced_sample(labels, 4, fewest, *rc::gen::arbitrary<std::uint64_t>());
    RC_ASSERT(std::is_sorted(sample.begin(), sample.end()));
    RC_ASSERT(std::adjacent_find(sample.begin(), sample.end()) == sample.end());
    for (int c = 0; c < 4; ++c)
      RC_ASSERT(std::count_if(sample.begin(), sample.end(), [&](std::int64_t i) {
                  return labels.at(static_cast<std::size_t>(i)) == c;
                }) == fewest);
  });
  ASSERT_TRUE(held);
}

TEST(ClassBalancedSample, DependsOnTheSeedAlone) {
  const auto labels = cyclic_labels(300);
  EXPECT_EQ(class_balanced_sample(labels, 3, 5, 1), class_balanced_sample(labels, 3, 5, 1));
  EXPECT_NE(class_balanced_sample(labels, 3, 5, 1), class_balanced_sample(labels, 3, 5, 2));
}

TEST(ClassBalancedSample, ASmallerSampleIsPartOfALargerOne) {
  const auto labels = cyclic_labels(300);
  EXPECT_THAT(class_balanced_sample(labels, 3, 50, 7),
              IsSupersetOf(class_balanced_sample(labels, 3, 10, 7)));
}

TEST(ClassBalancedSample, BehindSkippedImagesHasTheRestOfTheLargerSample) {
  const auto labels = cyclic_labels(300);
  std::vector<std::int64_t> both = class_balanced_sample(labels, 3, 10, 7);
  const auto behind = class_balanced_sample(labels, 3, 40, 7, 10);
  both.insert(both.end(), behind.begin(), behind.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, class_balanced_sample(labels, 3, 50, 7));
  EXPECT_THAT(message_of([&] { class_balanced_sample(labels, 3, 40, 7, 61); }),
              HasSubstr("fewer than the 101 per class"));
}

TEST(ClassBalancedSample, SmallestClassIsCountedWhereItIsEmptyToo) {
  const std::vector<std::int32_t> labels{0, 0, 2, 0, 2};
  EXPECT_EQ(smallest_class(labels, 3), 0);
  EXPECT_EQ(smallest_class(cyclic_labels(8), 3), 2);
}

TEST(ClassBalancedSample, ReachesEveryImage) {
  // 4 of 10 images of a class are missed by one seed with probability 0.6, by 50 with 1e-11.
  const auto labels = cyclic_labels(30);
  std::vector<bool> seen(30, false);
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (const std::int64_t i : class_balanced_sample(labels, 3, 4, seed))
      seen.at(static_cast<std::size_t>(i)) = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 30);
}

TEST(ClassBalancedSample, AClassWithTooFewImagesIsNamed) {
  EXPECT_THAT(message_of([] { class_balanced_sample(cyclic_labels(8), 3, 3, 0); }),
              HasSubstr("class 2 has 2 images, fewer than the 3"));
  EXPECT_THAT(message_of([] { class_balanced_sample(cyclic_labels(9), 4, 1, 0); }),
              HasSubstr("class 3 has 0 images"));
}

TEST(ClassBalancedSample, RefusesAnEmptyRequestAndStrangeLabels) {
  EXPECT_THROW(class_balanced_sample(cyclic_labels(9), 3, 0, 0), Error);
  EXPECT_THAT(message_of([] { class_balanced_sample(cyclic_labels(9), 2, 1, 0); }),
              HasSubstr("label 2 of image 2 is outside 0 to 1"));
}

}  // namespace
}  // namespace bitline
