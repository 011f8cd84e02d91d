#include "bitline/adc/histogram.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;

TEST(Histogram, CountsBothEndsOfItsRange) {
  Histogram histogram(-128, 128);
  histogram.add(-128);
  histogram.add(128, 3);
  EXPECT_EQ(histogram.count(-128), 1);
  EXPECT_EQ(histogram.count(128), 3);
  EXPECT_EQ(histogram.count(0), 0);
  EXPECT_EQ(histogram.maximum(), 128);
  EXPECT_EQ(histogram.counts().size(), 257u);
}

TEST(Histogram, RefusesSumsOutsideItsRange) {
  Histogram histogram(-2, 3);
  expect_error(ErrorKind::kBug, "-2 and -3", [&] { histogram.add(-3); });
  expect_error(ErrorKind::kBug, "4 and 3", [&] { histogram.add(4); });
  expect_error(ErrorKind::kBug, "4 and 3", [&] { histogram.count(4); });
  expect_error(ErrorKind::kBug, "minimum", [] { Histogram(1, 0); });
  Histogram empty;
  expect_error(ErrorKind::kBug, "0 and -1", [&] { empty.add(0); });
}

TEST(Histogram, RefusesToAddAnotherRange) {
  Histogram histogram(-2, 3);
  expect_error(ErrorKind::kBug, "-2 and -1", [&] { histogram.add(Histogram(-1, 3)); });
  expect_error(ErrorKind::kBug, "6 and 7", [&] { histogram.add(Histogram(-2, 4)); });
}

TEST(Histogram, AddingPartsEqualsCountingTheWhole) {
  const bool holds = rc::check([] {
    const auto sum = rc::gen::inRange<std::int64_t>(-20, 21);
    const auto first = *rc::gen::container<std::vector<std::int64_t>>(sum);
    const auto second = *rc::gen::container<std::vector<std::int64_t>>(sum);
    Histogram whole(-20, 20), left(-20, 20), right(-20, 20);
    for (const std::int64_t p : first) left.add(p), whole.add(p);
    for (const std::int64_t p : second) right.add(p), whole.add(p);
    left.add(right);
    RC_ASSERT(left.counts() == whole.counts());
  });
  ASSERT_TRUE(holds);
}

TEST(HistogramStatistics, EqualThoseOfTheListOfSums) {
  const bool holds = rc::check([] {
    const auto sums = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-30, 31)));
    Histogram histogram(-40, 40);
    std::int64_t sum = 0, zeros = 0, smallest = sums[0], largest = sums[0];
    for (const std::int64_t p : sums) {
      histogram.add(p);
      sum += p;
      zeros += p == 0 ? 1 : 0;
      smallest = std::min(smallest, p);
      largest = std::max(largest, p);
    }
    const auto total = static_cast<double>(sums.size());
    const double mean = static_cast<double>(sum) / total;
    double variance = 0;
    for (const std::int64_t p : sums)
      variance += std::pow(static_cast<double>(p) - mean, 2) / total;

    const HistogramStatistics result = statistics(histogram);
    RC_ASSERT(result.total == static_cast<std::int64_t>(sums.size()));
    RC_ASSERT(result.sum == sum);
    RC_ASSERT(result.smallest == smallest);
    RC_ASSERT(result.largest == largest);
    RC_ASSERT(result.mean == mean);
    RC_ASSERT(std::abs(result.deviation - std::sqrt(variance)) < 1e-9);
    RC_ASSERT(result.zero_share == static_cast<double>(zeros) / total);
  });
  ASSERT_TRUE(holds);
}

TEST(HistogramStatistics, StayExactForManyLargeSums) {
  // A million million conversions of each of ±28,800: the mean is 0, the deviation 28,800. The sum
  // of squares, 1.7e21, is past 64 bits.
  Histogram histogram(-28800, 28800);
  histogram.add(-28800, 1'000'000'000'000);
  histogram.add(28800, 1'000'000'000'000);
  const HistogramStatistics result = statistics(histogram);
  EXPECT_EQ(result.total, 2'000'000'000'000);
  EXPECT_EQ(result.sum, 0);
  EXPECT_EQ(result.mean, 0.0);
  EXPECT_EQ(result.deviation, 28800.0);
}

TEST(HistogramStatistics, OfNoSumAreZero) {
  for (const Histogram& histogram : {Histogram(), Histogram(-3, 3)}) {
    const HistogramStatistics result = statistics(histogram);
    EXPECT_EQ(result.total, 0);
    EXPECT_EQ(result.smallest, 0);
    EXPECT_EQ(result.largest, 0);
    EXPECT_EQ(result.mean, 0.0);
    EXPECT_EQ(result.deviation, 0.0);
    EXPECT_EQ(result.zero_share, 0.0);
  }
}

}  // namespace
}  // namespace bitline
