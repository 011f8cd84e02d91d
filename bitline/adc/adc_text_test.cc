#include "bitline/adc/adc_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace bitline {
namespace {

PlannedAdc planned(Quantizer quantizer) {
  PlannedAdc adc;
  adc.spec.quantizer = quantizer;
  adc.spec.levels = 4;
  adc.spec.delta = 7;
  adc.sums.minimum = -128;
  adc.sums.maximum = 128;
  return adc;
}

TEST(AdcText, ManyThresholdsAreCutToTheFirstThreeAndTheLast) {
  const std::vector<std::int64_t> thresholds{-3, -2, 0, 1, 6};
  EXPECT_EQ(threshold_text(thresholds, 5, "..."), "-3, -2, 0, 1, 6");
  EXPECT_EQ(threshold_text(thresholds, 4, "..."), "-3, -2, 0 ... 6");
  EXPECT_EQ(threshold_text({}, 4, "..."), "");
}

TEST(AdcText, StreamsWithRangesOfTheirOwnStandBeforeTheirThresholds) {
  PlannedAdc adc = planned(quantizers::kZeroTread);
  EXPECT_EQ(thresholds_by_stream(adc, 4, "..."), "-1, 2, 5");
  adc.spec.stream_shifts = {0, 1, 0};
  EXPECT_EQ(thresholds_by_stream(adc, 4, "..."), "streams 0, 2: -1, 2, 5; 1: 0, 1, 3");
}

TEST(AdcText, OnlyQuantizersWithARangeShowDelta) {
  EXPECT_EQ(delta_text(planned(quantizers::kZeroTread).spec, "-"), "7");
  EXPECT_EQ(delta_text(planned(quantizers::kZeroRise).spec, "-"), "7");
  EXPECT_EQ(delta_text(planned(quantizers::kFullRange).spec, "-"), "-");
  EXPECT_EQ(delta_text(planned(quantizers::kTable).spec, "-"), "-");
}

// Zero-tread by range: 2 · 7 / (4 + 1).
TEST(AdcText, ATableHasNoOneStep) {
  EXPECT_EQ(step_text(planned(quantizers::kZeroTread), "-"), "14/5");
  EXPECT_EQ(step_text(planned(quantizers::kTable), "-"), "-");
}

}  // namespace
}  // namespace bitline
