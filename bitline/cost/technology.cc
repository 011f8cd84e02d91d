#include "bitline/cost/technology.h"

#include <limits>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// table.key, once its unit and its source have been looked at.
ConfigTable stated_in(const ConfigTable& table, std::string_view key, std::string_view unit) {
  if (!table.has(key))
    fail_usage("{} is missing; a technology states every number", table.where(key));
  const ConfigTable entry = table.table(key);
  const auto stated = entry.require<std::string>("unit");
  if (stated != unit)
    fail_usage("{} = \"{}\"; this number is given in {}", entry.where("unit"), stated, unit);
  if (entry.require<std::string>("source").empty())
    fail_usage("{} is empty; say where the number comes from", entry.where("source"));
  return entry;
}

/// table.key, which has to be { value, unit, source }.
double quantity(const ConfigTable& table, std::string_view key, std::string_view unit) {
  const ConfigTable entry = stated_in(table, key, unit);
  if (!entry.has("value")) fail_usage("{} is missing", entry.where("value"));
  return entry.number("value", 0, 0, std::numeric_limits<double>::max());
}

void read_circuits(const ConfigTable& root, Technology& technology) {
  const ConfigTable array = root.table("array");
  technology.cell_area = quantity(array, "cell_area", "um2");
  technology.cell_energy = quantity(array, "cell_energy", "fJ");
  technology.read_time = quantity(array, "read_time", "ns");
  const auto read = [&](std::string_view key, double& area, double& energy) {
    const ConfigTable circuit = root.table(key);
    area = quantity(circuit, "area", "um2");
    energy = quantity(circuit, "energy", "fJ");
  };
  read("word_line_driver", technology.driver_area, technology.driver_energy);
  read("column_multiplexer", technology.multiplexer_area, technology.multiplexer_energy);
  read("shift_add", technology.shift_add_area, technology.shift_add_energy);
  read("accumulator", technology.accumulator_area, technology.accumulator_energy);
  read("buffer", technology.buffer_area, technology.buffer_energy);
}

void read_adcs(const ConfigTable& root, Technology& technology) {
  const ConfigTable flash = root.table("flash");
  technology.comparator_area = quantity(flash, "comparator_area", "um2");
  technology.comparator_energy = quantity(flash, "comparator_energy", "fJ");
  technology.flash_time = quantity(flash, "conversion_time", "ns");
  const ConfigTable sar = root.table("sar");
  technology.sar_area = quantity(sar, "area_8_bits", "um2");
  technology.sar_energy = quantity(sar, "energy_8_bits", "fJ");
  technology.sar_capacitor_share = quantity(sar, "capacitor_share", "1");
  technology.sar_time = quantity(sar, "conversion_time", "ns");
  if (technology.sar_capacitor_share > 1)
    fail_usage("{} = {}; a share is at most 1", sar.where("capacitor_share"),
               technology.sar_capacitor_share);
  const ConfigTable regression = root.table("andrulis");
  technology.regression_node = quantity(regression, "node", "nm");
  technology.regression_frequency = quantity(regression, "frequency", "MHz");
}

/// table.key, which has to be { value, low, high, unit, source } with lists of numbers.
std::vector<Spread> spreads(const ConfigTable& table, std::string_view key, std::string_view unit) {
  const ConfigTable entry = stated_in(table, key, unit);
  const auto value = entry.require<std::vector<double>>("value");
  const auto low = entry.require<std::vector<double>>("low");
  const auto high = entry.require<std::vector<double>>("high");
  if (value.empty() || low.size() != value.size() || high.size() != value.size())
    fail_usage("{} has {} values, {} low and {} high ones; give one of each for 1 bit, 2 bits …",
               table.where(key), value.size(), low.size(), high.size());
  std::vector<Spread> result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    result.push_back({value[i], low[i], high[i]});
    if (low[i] < 0 || low[i] > value[i] || value[i] > high[i])
      fail_usage("{}: {} for {} bits does not lie between {} and {}, its low and high end",
                 table.where(key), value[i], i + 1, low[i], high[i]);
  }
  return result;
}

void read_survey(const ConfigTable& root, Technology& technology) {
  if (!root.has("survey")) return;
  const ConfigTable survey = root.table("survey");
  const std::vector<Spread> areas = spreads(survey, "area", "um2");
  const std::vector<Spread> energies = spreads(survey, "energy", "fJ");
  if (areas.size() != energies.size())
    fail_usage("{} is for 1 to {} bits, survey.area for 1 to {}; give both for the same",
               survey.where("energy"), energies.size(), areas.size());
  for (std::size_t i = 0; i < areas.size(); ++i)
    technology.survey.push_back({areas[i], energies[i]});
  technology.survey_time = quantity(survey, "conversion_time", "ns");
}

}  // namespace

Technology at_end_of_survey(Technology technology, double Spread::*end) {
  for (SurveyedAdc& adc : technology.survey) {
    adc.area.value = adc.area.*end;
    adc.energy.value = adc.energy.*end;
  }
  return technology;
}

Technology read_technology(const Config& table) {
  const ConfigTable root = table.root();
  Technology technology;
  technology.name = root.require<std::string>("name");
  technology.notes = root.get<std::vector<std::string>>("notes", {});
  read_circuits(root, technology);
  read_adcs(root, technology);
  read_survey(root, technology);
  table.check_all_used();
  return technology;
}

}  // namespace bitline
