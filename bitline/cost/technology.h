// What circuits cost in one process: a table of numbers that a user can replace.
#pragma once

#include <string>
#include <vector>

#include "bitline/config/config.h"

namespace bitline {

/// A number as published ones scatter: what is taken, the least and the most.
struct Spread {
  double value = 0, low = 0, high = 0;
};

/// What converters of one number of bits take.
struct SurveyedAdc {
  Spread area, energy;
};

/// Areas in µm², energies in fJ, times in ns. 32nm.toml says what each stands for and where its
/// default comes from.
struct Technology {
  std::string name;
  double cell_area = 0;    ///< per cell
  double cell_energy = 0;  ///< per cell and read
  double read_time = 0;
  double driver_area = 0;          ///< per word line
  double driver_energy = 0;        ///< per cell on a driven word line
  double multiplexer_area = 0;     ///< per column
  double multiplexer_energy = 0;   ///< per conversion
  double shift_add_area = 0;       ///< per ADC
  double shift_add_energy = 0;     ///< per conversion
  double accumulator_area = 0;     ///< per bit of an output channel's sum
  double accumulator_energy = 0;   ///< per bit and addition of an array's sum
  double buffer_area = 0;          ///< per byte
  double buffer_energy = 0;        ///< per byte of activations read
  double comparator_area = 0;      ///< of a flash ADC, ladder and encoder included
  double comparator_energy = 0;    ///< per conversion
  double flash_time = 0;           ///< of a conversion
  double sar_area = 0;             ///< of an 8-bit converter
  double sar_energy = 0;           ///< of one of its conversions
  double sar_capacitor_share = 0;  ///< what doubles with each bit, of both
  double sar_time = 0;
  double regression_node = 0;       ///< nm
  double regression_frequency = 0;  ///< MHz
  std::vector<SurveyedAdc> survey;  ///< those of 1 bit, 2 bits …; empty where the table has none
  double survey_time = 0;
  /// What in it is fitted, derived or of another kind of circuit: lines that name keys; often none.
  std::vector<std::string> notes;
};

/// Reads a table. Each number is { value, unit, source }. Throws Error (kUsage) with file and line
/// for a missing or unknown key, another unit than the expected one, a negative value, no source.
Technology read_technology(const Config& table);

/// The technology with the low or the high ends of its survey as what is taken.
Technology at_end_of_survey(Technology technology, double Spread::*end);

/// The table that comes with the program, as TOML.
std::string_view technology_32nm();

}  // namespace bitline
