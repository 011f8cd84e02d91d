#include "bitline/cost/adc_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/cost/test_technology.h"

namespace bitline {
namespace {

const Technology kTechnology = testing_cost::default_technology();

TEST(AdcCost, FlashGrowsWithItsComparators) {
  const AdcCost two = adc_cost(AdcModel::kFlash, 2, kTechnology);
  const AdcCost sixteen = adc_cost(AdcModel::kFlash, 16, kTechnology);
  EXPECT_DOUBLE_EQ(two.area, kTechnology.comparator_area);
  EXPECT_DOUBLE_EQ(sixteen.area, 15 * two.area);
  EXPECT_DOUBLE_EQ(sixteen.energy, 15 * two.energy);
}

// 5 levels take 3 bits: half of 3/8, and half of 2^-5.
TEST(AdcCost, SarScalesOneHalfByBitsAndDoublesTheOther) {
  const AdcCost eight_bits = adc_cost(AdcModel::kSar, 256, kTechnology);
  EXPECT_DOUBLE_EQ(eight_bits.area, 1500);
  EXPECT_DOUBLE_EQ(eight_bits.energy, 2580);
  const AdcCost five_levels = adc_cost(AdcModel::kSar, 5, kTechnology);
  EXPECT_DOUBLE_EQ(five_levels.area, 1500 * (0.5 * 3 / 8 + 0.5 / 32));
  EXPECT_DOUBLE_EQ(five_levels.time, 0.83 * 3 / 8);
}

// By hand for 8 bits at 1.2 GS/s: ln f = 20.906, merit 167.7 dB, ratio 49.92 dB, 0.85 pJ.
TEST(AdcCost, TheRegressionGivesWhatItsFormulaGives) {
  const AdcCost cost = adc_cost(AdcModel::kAndrulis, 256, kTechnology);
  EXPECT_NEAR(cost.energy, 843, 15);
  // exp(4.851 + 1.394 + 2.763 − 1.075 − 0.072) µm²
  EXPECT_NEAR(cost.area, 2592, 60);
}

TEST(AdcCost, TheRegressionIsRefusedBelowFourBits) {
  EXPECT_NO_THROW(adc_cost(AdcModel::kAndrulis, 16, kTechnology));
  try {
    adc_cost(AdcModel::kAndrulis, 15, kTechnology);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("15 levels are fewer"));
  }
}

TEST(AdcCost, OneLevelIsNoAdc) { EXPECT_THROW(adc_cost(AdcModel::kFlash, 1, kTechnology), Error); }

}  // namespace
}  // namespace bitline
