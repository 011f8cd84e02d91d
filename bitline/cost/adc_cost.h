// What one ADC costs, by three models.
#pragma once

#include <cstdint>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/cost/technology.h"

namespace bitline {

/// flash: a comparator for each threshold; area and energy grow with L − 1. sar: successive
/// approximation, ⌈log2 L⌉ bits; one half doubles with each bit, the other grows with their number.
/// andrulis: regression over published converters (arXiv 2404.06553), for 4 bits and more.
enum class AdcModel { kFlash, kSar, kAndrulis };
template <>
struct EnumNames<AdcModel> {
  static constexpr std::string_view kWhat = "ADC model";
  static constexpr std::array<std::string_view, 3> kNames{"flash", "sar", "andrulis"};
};

/// Of one ADC.
struct AdcCost {
  double area = 0;    ///< µm²
  double energy = 0;  ///< fJ per conversion
  double time = 0;    ///< ns per conversion
};

/// Equations (21) to (23) of docs/arithmetic.md. Throws Error (kUsage) for fewer than 2 levels, and
/// under andrulis for fewer than 16, below which its converters do not reach.
AdcCost adc_cost(AdcModel model, std::int64_t levels, const Technology& technology);

}  // namespace bitline
