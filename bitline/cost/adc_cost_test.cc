#include "bitline/cost/adc_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bitline/base/error.h"
#include "bitline/testing/technology.h"

namespace bitline {
namespace {

const Technology kTechnology = test::default_technology();

TEST(AdcCost, FlashGrowsWithItsComparators) {
  const AdcCost two = adc_cost(adc_models::kFlash, 2, kTechnology);
  const AdcCost sixteen = adc_cost(adc_models::kFlash, 16, kTechnology);
  EXPECT_DOUBLE_EQ(two.area, kTechnology.comparator_area);
  EXPECT_DOUBLE_EQ(sixteen.area, 15 * two.area);
  EXPECT_DOUBLE_EQ(two.energy, kTechnology.comparator_energy);
  EXPECT_DOUBLE_EQ(sixteen.energy, 15 * two.energy);
  EXPECT_DOUBLE_EQ(sixteen.time, 0.83);
}

// 5 levels take 3 bits: half of 3/8, and half of 2^-5.
TEST(AdcCost, SarScalesOneHalfByBitsAndDoublesTheOther) {
  const AdcCost eight_bits = adc_cost(adc_models::kSar, 256, kTechnology);
  EXPECT_DOUBLE_EQ(eight_bits.area, 1500);
  EXPECT_DOUBLE_EQ(eight_bits.energy, 2580);
  const AdcCost five_levels = adc_cost(adc_models::kSar, 5, kTechnology);
  EXPECT_DOUBLE_EQ(five_levels.area, 1500 * (0.5 * 3 / 8 + 0.5 / 32));
  EXPECT_DOUBLE_EQ(five_levels.energy, 2580 * (0.5 * 3 / 8 + 0.5 / 32));
  EXPECT_DOUBLE_EQ(five_levels.time, 0.83 * 3 / 8);
  Technology technology = kTechnology;
  technology.sar_capacitor_share = 0.25;
  EXPECT_DOUBLE_EQ(adc_cost(adc_models::kSar, 5, technology).area,
                   1500 * (0.75 * 3 / 8 + 0.25 / 32));
}

// One more bit where the levels leave a power of two.
TEST(AdcCost, SarHasEnoughBitsForItsLevels) {
  for (const auto& [levels, bits] : {std::pair{2, 1}, {3, 2}, {4, 2}, {8, 3}, {9, 4}, {257, 9}})
    EXPECT_DOUBLE_EQ(adc_cost(adc_models::kSar, levels, kTechnology).time, 0.83 * bits / 8)
        << levels;
}

/// The default technology with converters of this speed.
Technology at_speed(double megahertz) {
  Technology technology = kTechnology;
  technology.regression_frequency = megahertz;
  return technology;
}

// By hand for 8 bits at 1.2 GS/s: ln f = 20.9056, merit 167.6721 dB, ratio 49.9257 dB, 0.8401 pJ,
// exp(4.8506 + 1.3935 + 2.7633 − 1.0750 − 0.0738) µm².
TEST(AdcCost, TheRegressionGivesWhatItsFormulaGives) {
  const AdcCost cost = adc_cost(adc_models::kAndrulis, 256, kTechnology);
  EXPECT_NEAR(cost.energy, 840.1, 0.2);
  EXPECT_NEAR(cost.area, 2588, 1);
  EXPECT_DOUBLE_EQ(cost.time, 1 / 1.2);
}

// By hand for 8 bits at 1 MS/s: ln f = 13.8155 would give 213.48 dB, so 180.1416 dB and ½
// 10^−13.0216 J; exp(4.8506 + 0.9209 + 2.7633 − 1.0750 − 1.2903) µm².
TEST(AdcCost, TheRegressionsMeritIsCapped) {
  const AdcCost slow = adc_cost(adc_models::kAndrulis, 256, at_speed(1));
  EXPECT_NEAR(slow.energy, 47.57, 0.01);
  EXPECT_NEAR(slow.area, 478, 0.5);
  EXPECT_DOUBLE_EQ(slow.time, 1000);
}

// The line meets the cap at ln f = 122.5971 / 6.46079, 174.2 MS/s.
TEST(AdcCost, TheRegressionsMeritFallsAbove174MegasamplesPerSecond) {
  const auto energy = [](double megahertz) {
    return adc_cost(adc_models::kAndrulis, 256, at_speed(megahertz)).energy;
  };
  EXPECT_EQ(energy(174), energy(1));
  EXPECT_GT(energy(175), energy(174));
}

TEST(AdcCost, TheRegressionIsRefusedBelowFourBits) {
  EXPECT_NO_THROW(adc_cost(adc_models::kAndrulis, 16, kTechnology));
  try {
    adc_cost(adc_models::kAndrulis, 15, kTechnology);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("15 levels are fewer"));
  }
}

// 5 levels take 3 bits.
TEST(AdcCost, TheSurveyGoesByBits) {
  const AdcCost five_levels = adc_cost(adc_models::kSurvey, 5, kTechnology);
  EXPECT_DOUBLE_EQ(five_levels.energy, 243);
  EXPECT_DOUBLE_EQ(five_levels.area, 99.6);
  EXPECT_DOUBLE_EQ(adc_cost(adc_models::kSurvey, 2, kTechnology).energy, 81);
  EXPECT_DOUBLE_EQ(adc_cost(adc_models::kSurvey, 256, kTechnology).energy, 701);
  const Technology high = at_end_of_survey(kTechnology, &Spread::high);
  EXPECT_DOUBLE_EQ(adc_cost(adc_models::kSurvey, 5, high).energy, 2285);
  EXPECT_DOUBLE_EQ(adc_cost(adc_models::kSurvey, 5, high).area, 276);
}

// By hand from the formulas that docs/adc-costs.md names: (100 b + 0.001 · 4^b) · 0.81 fJ,
// 10^(1.206 − 0.0369 b) · 2^b µm², and 326.37 fJ for each of 2^b − 1 comparators.
TEST(AdcCost, TheSurveyHoldsWhatItsSourcesGive) {
  for (int bits = 1; bits <= 8; ++bits) {
    const SurveyedAdc& adc = kTechnology.survey.at(static_cast<std::size_t>(bits - 1));
    EXPECT_NEAR(adc.energy.value, (100 * bits + 0.001 * std::pow(4, bits)) * 0.81, 0.5) << bits;
    EXPECT_NEAR(adc.area.value / (std::pow(10, 1.206 - 0.0369 * bits) * std::pow(2, bits)), 1, 3e-3)
        << bits;
    if (bits >= 2 && bits <= 4) {
      EXPECT_NEAR(adc.energy.high, kTechnology.comparator_energy * (std::pow(2, bits) - 1), 0.5);
    }
    if (bits >= 4 && bits < 8) {
      const AdcCost best = adc_cost(adc_models::kAndrulis, std::int64_t{1} << bits, kTechnology);
      EXPECT_NEAR(adc.energy.low / best.energy, 1, 0.01) << bits;
    }
  }
}

TEST(AdcCost, TheSurveyIsRefusedBeyondItsBits) {
  try {
    adc_cost(adc_models::kSurvey, 257, kTechnology);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("up to 8 bits, 257 levels take 9; use \"sar\""));
  }
  Technology without = kTechnology;
  without.survey.clear();
  EXPECT_THROW(adc_cost(adc_models::kSurvey, 2, without), Error);
}

TEST(AdcCost, OneLevelIsNoAdc) {
  EXPECT_NO_THROW(adc_cost(adc_models::kSar, 2, kTechnology));
  EXPECT_THROW(adc_cost(adc_models::kFlash, 1, kTechnology), Error);
}

}  // namespace
}  // namespace bitline
