#include "bitline/search/stream_spread.h"

#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/testing/histograms.h"

namespace bitline {
namespace {

using test::many_times;
using test::seen;

/// Half of four conversions gave −spread, half +spread: σ = spread.
Histogram spread(std::int64_t size) {
  return size == 0 ? seen({{0, 4}}) : seen({{-size, 2}, {size, 2}});
}

std::vector<int> shifts(const std::vector<Histogram>& streams) { return shifts_by_spread(streams); }

TEST(ShiftsBySpread, HalveTheRangeAsOftenAsTheSpreadAllows) {
  EXPECT_EQ(shifts({spread(8), spread(8), spread(5), spread(4)}), (std::vector<int>{0, 0, 0, 1}));
  EXPECT_EQ(shifts({spread(8), spread(3), spread(2), spread(1)}), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(shifts({spread(7), spread(4)}), (std::vector<int>{}));
  EXPECT_EQ(shifts({spread(1), spread(8)}), (std::vector<int>{3, 0}));
}

TEST(ShiftsBySpread, MeasureTheSpreadAroundEachMean) {
  // Around 4 with σ = 4, and around −7 with σ = 1.
  EXPECT_EQ(shifts({seen({{0, 2}, {8, 2}}), seen({{-8, 2}, {-6, 2}})}), (std::vector<int>{0, 2}));
}

TEST(ShiftsBySpread, DoNotShiftAStreamThatIsNeverUsed) {
  EXPECT_EQ(shifts({spread(8), spread(0), spread(4)}), (std::vector<int>{0, 0, 1}));
  EXPECT_EQ(shifts({spread(0), spread(0)}), (std::vector<int>{}));
}

TEST(ShiftsBySpread, CountLargeNumbersExactly) {
  EXPECT_EQ(shifts({many_times(spread(8)), many_times(spread(4))}), (std::vector<int>{0, 1}));
}

TEST(ShiftsBySpread, NeedsStreamsOfEquallyManyConversions) {
  EXPECT_THROW(shifts({seen({{1, 4}}), seen({{1, 3}})}), Error);
}

TEST(StepsOfOne, CutShiftsBelowWhichIntegersAreNotToldApart) {
  EXPECT_EQ(with_steps_of_one({0, 1, 3}, 4), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(with_steps_of_one({0, 1, 3}, Rational(7, 2)), (std::vector<int>{0, 1, 1}));
  EXPECT_EQ(with_steps_of_one({0, 1, 3}, Rational(3, 2)), (std::vector<int>{}));
}

}  // namespace
}  // namespace bitline
