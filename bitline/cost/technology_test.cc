#include "bitline/cost/technology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/error.h"

namespace bitline {
namespace {

using testing::HasSubstr;

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(technology_32nm());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string message_of(const std::string& text) {
  try {
    read_technology(Config::from_text(text, "mine.toml"));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Technology, ReadsTheDefaultTable) {
  const Technology technology = read_technology(Config::from_text(technology_32nm(), "32nm.toml"));
  EXPECT_EQ(technology.name, "32 nm");
  EXPECT_EQ(technology.cell_area, 0.171);
  EXPECT_EQ(technology.cell_energy, 1.83);
  EXPECT_EQ(technology.read_time, 100);
  EXPECT_EQ(technology.driver_area, 0.166);
  EXPECT_EQ(technology.driver_energy, 3.05);
  EXPECT_EQ(technology.multiplexer_area, 0.039);
  EXPECT_EQ(technology.multiplexer_energy, 0.98);
  EXPECT_EQ(technology.shift_add_area, 60);
  EXPECT_EQ(technology.shift_add_energy, 39);
  EXPECT_EQ(technology.accumulator_area, 0.376);
  EXPECT_EQ(technology.accumulator_energy, 11.2);
  EXPECT_EQ(technology.buffer_area, 1.03);
  EXPECT_EQ(technology.buffer_energy, 969);
  EXPECT_EQ(technology.comparator_area, 39.40);
  EXPECT_EQ(technology.comparator_energy, 326.37);
  EXPECT_EQ(technology.flash_time, 0.83);
  EXPECT_EQ(technology.sar_area, 1500);
  EXPECT_EQ(technology.sar_energy, 2580);
  EXPECT_EQ(technology.sar_capacitor_share, 0.5);
  EXPECT_EQ(technology.sar_time, 0.83);
  EXPECT_EQ(technology.regression_node, 32);
  EXPECT_EQ(technology.regression_frequency, 1200);
}

TEST(Technology, TakesAnotherNumber) {
  const std::string text = replaced("cell_area = { value = 0.171", "cell_area = { value = 0.05");
  EXPECT_EQ(read_technology(Config::from_text(text, "mine.toml")).cell_area, 0.05);
}

TEST(Technology, RefusesAnotherUnit) {
  EXPECT_THAT(message_of(replaced("value = 1.83, unit = \"fJ\"", "value = 1.83, unit = \"pJ\"")),
              testing::AllOf(HasSubstr("array.cell_energy.unit"), HasSubstr("fJ")));
}

TEST(Technology, RefusesANumberWithoutSource) {
  EXPECT_THAT(message_of(replaced("source = \"Kull: 0.0015 mm2\"", "source = \"\"")),
              HasSubstr("sar.area_8_bits.source"));
}

TEST(Technology, RefusesAMissingNumber) {
  EXPECT_THAT(message_of(replaced("cell_area", "cells_area")), HasSubstr("array.cell_area"));
}

TEST(Technology, RefusesAKeyThatNobodyReads) {
  EXPECT_THAT(message_of(std::string(technology_32nm()) + "\n[laser]\n"), HasSubstr("laser"));
}

TEST(Technology, DoesWithoutASurvey) {
  std::string text(technology_32nm());
  text.erase(text.find("[survey]"));
  EXPECT_TRUE(read_technology(Config::from_text(text, "mine.toml")).survey.empty());
}

TEST(Technology, RefusesASurveyOutsideItsErrorBars) {
  EXPECT_THAT(message_of(replaced("high = [1280", "high = [80")),
              HasSubstr("survey.energy: 81 for 1 bits does not lie between 81 and 80"));
  EXPECT_THAT(message_of(replaced("high = [1280, 979", "high = [979")),
              HasSubstr("has 8 values, 8 low and 7 high ones"));
}

// The circuits are those of the default, the cells are not.
TEST(Technology, ReramDiffersInItsCells) {
  const Technology sram = read_technology(Config::from_text(technology_32nm(), "32nm.toml"));
  const Technology reram =
      read_technology(Config::from_file(std::string(BITLINE_TECHNOLOGIES) + "/reram.toml"));
  EXPECT_EQ(reram.cell_area, 0.0486);
  EXPECT_EQ(reram.cell_energy, 1.83);
  EXPECT_EQ(reram.comparator_energy, sram.comparator_energy);
  EXPECT_EQ(reram.survey.size(), 8U);
}

TEST(Technology, RefusesAShareAboveOne) {
  EXPECT_EQ(message_of(replaced("value = 0.5, unit = \"1\"", "value = 1, unit = \"1\"")),
            "no error");
  EXPECT_THAT(message_of(replaced("value = 0.5, unit = \"1\"", "value = 1.5, unit = \"1\"")),
              HasSubstr("capacitor_share = 1.5"));
}

// 0.171 · 1.41 = 0.241; 1 fF at 0.9 V is 0.81 fJ; 2 · 256 · 64 / 1,638 GOPS = 20.0 ns;
// (2 · 256 / 672 TOPS/W − 256 · 0.81 fJ) / 10 = 55.5 fJ; 54.2 / 3 = 18.1.
TEST(Technology, TheTableOfChargeDomainReadsAndSaysWhatIsDerived) {
  const Technology sram =
      read_technology(Config::from_file(std::string(BITLINE_TECHNOLOGIES) + "/sram-charge.toml"));
  EXPECT_NEAR(sram.cell_area, 0.171 * 1.41, 0.0005);
  EXPECT_NEAR(sram.cell_energy, 0.9 * 0.9, 1e-9);
  EXPECT_NEAR(sram.read_time, 2 * 256 * 64 / 1638.0, 0.05);
  EXPECT_NEAR(sram.comparator_energy, (2 * 256 / 0.672 - 256 * 0.81) / 10, 0.6);
  EXPECT_NEAR(sram.comparator_area, 54.2 / 3, 0.05);
  EXPECT_THAT(sram.notes, testing::Contains(HasSubstr("missing in these sources")));
}

TEST(Technology, NotesMayBeLeftOut) {
  EXPECT_FALSE(read_technology(Config::from_text(technology_32nm(), "32nm.toml")).notes.empty());
  std::string text(technology_32nm());
  const std::size_t begin = text.find("notes = [");
  text.erase(begin, text.find("\n]\n", begin) + 3 - begin);
  EXPECT_TRUE(read_technology(Config::from_text(text, "mine.toml")).notes.empty());
}

}  // namespace
}  // namespace bitline
