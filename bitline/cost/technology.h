// What circuits cost in one process: a table of numbers that a user can replace.
#pragma once

#include "bitline/config/config.h"

namespace bitline {

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
};

/// Reads a table. Each number is { value, unit, source }. Throws Error (kUsage) with file and line
/// for a missing or unknown key, another unit than the expected one, a negative value, no source.
Technology read_technology(const Config& table);

/// The table that comes with the program, as TOML.
std::string_view technology_32nm();

}  // namespace bitline
