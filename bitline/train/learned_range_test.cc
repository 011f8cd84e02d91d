#include "bitline/train/learned_range.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/adc/clipped_sums.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/base/error.h"

namespace bitline {
namespace {

PlannedAdc planned(std::int64_t levels, std::vector<int> shifts = {}) {
  PlannedAdc adc;
  adc.spec.levels = levels;
  adc.spec.stream_shifts = std::move(shifts);
  adc.sums.minimum = -40;
  adc.sums.maximum = 40;
  return adc;
}

Rational learned(double delta, const PlannedAdc& adc) {
  return with_learned_delta(adc, delta).spec.delta;
}

TEST(LearnedRange, IsTheNearestSixteenthThatTheLayerAllows) {
  EXPECT_EQ(learned(6.0, planned(3)), Rational(6));
  EXPECT_EQ(learned(6.04, planned(3)), Rational(97, 16));
  EXPECT_EQ(learned(6.03125, planned(3)), Rational(97, 16));
  EXPECT_EQ(learned(0.1, planned(3)), Rational(1, 2));
  EXPECT_EQ(learned(-3, planned(3)), Rational(1, 2));
  EXPECT_EQ(learned(41, planned(3)), Rational(40));
  EXPECT_THROW(learned(std::nan(""), planned(3)), Error);
}

TEST(LearnedRange, LeavesHalfASumToTheNarrowestStream) {
  EXPECT_EQ(learned(0.1, planned(3, {0, 2})), Rational(2));
  EXPECT_NO_THROW(make_stream_tables(with_learned_delta(planned(3, {0, 2}), 0.1).spec, {-40, 40}));
}

TEST(LearnedRange, UnclippedSumsAreReadAsThemselves) {
  for (const std::int64_t levels : {2, 3, 4, 5})
    for (const auto& [minimum, maximum] : {std::pair(-40, 40), std::pair(0, 40)}) {
      PlannedAdc adc = planned(levels, {0, 1});
      adc.spec.delta = 9;
      const auto tables = make_stream_tables(adc.spec, {minimum, maximum});
      const UnclippedTables own = unclipped_tables(tables);
      for (std::size_t j = 0; j < tables.size(); ++j) {
        const auto [first, last] = unclipped_sums(tables[j]);
        for (std::int64_t p = minimum; p <= maximum; ++p) {
          const bool inside = p >= first && p <= last;
          EXPECT_EQ(own.clamped[j].value(p) - own.beyond[j].value(p), inside ? p : 0) << p;
        }
      }
    }
}

TEST(LearnedRange, IsOneAroundZero) {
  EXPECT_TRUE(has_learnable_range(planned(3).spec));
  AdcSpec spec;
  spec.centre = 1;
  EXPECT_FALSE(has_learnable_range(spec));
  spec = {};
  spec.quantizer = quantizers::kFullRange;
  EXPECT_FALSE(has_learnable_range(spec));
}

}  // namespace
}  // namespace bitline
