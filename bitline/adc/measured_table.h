// The transfer curve of a real ADC, read from CSV.
#pragma once

#include <filesystem>
#include <string_view>

#include "bitline/adc/adc_spec.h"

namespace bitline {

/// Reads the lines
///   threshold,value
///   ,-6.5
///   -3,-1/3
///   2.25,4
/// Each line after the first is a code: the partial sum from which on it is seen (empty for code 0,
/// which is seen below all others) and the value that it stands for, both in LSB, whole, decimal
/// or a fraction, and both non-decreasing. Values are kept exactly; a threshold becomes the
/// smallest integer at or above it, which no integer sum can tell apart. Throws Error that names
/// the line.
AdcSpec parse_measured_table(std::string_view csv);
/// The same from a file; errors name the path.
AdcSpec read_measured_table(const std::filesystem::path& path);

}  // namespace bitline
