// What one ADC costs.
#pragma once

#include <cstdint>
#include <string_view>

#include "bitline/base/policy.h"
#include "bitline/cost/technology.h"

namespace bitline {

/// Of one ADC.
struct AdcCost {
  double area = 0;    ///< µm²
  double energy = 0;  ///< fJ per conversion
  double time = 0;    ///< ns per conversion
};

/// How an ADC's cost follows from its levels: a file of cost/adc_models/.
/// flash: area and energy grow with L − 1. sar: ⌈log2 L⌉ bits; one half doubles with each bit, the
/// other grows with their number. andrulis: arXiv 2404.06553, for 4 bits and more.
/// survey: of 1 to 8 bits, from a table. Costs of different models are not comparable.
struct AdcModelPolicy {
  static constexpr std::string_view kWhat = "ADC model";

  std::string_view name;
  std::string_view meaning;  ///< Markdown, one line
  /// Of an ADC with two levels or more.
  AdcCost (*cost)(std::int64_t levels, const Technology& technology);
  OnlyOne only_one = {};
};

using AdcModel = Picked<AdcModelPolicy>;

/// Those that code asks for by name; others are known by their files alone.
namespace adc_models {
extern const AdcModelPolicy kAndrulis, kFlash, kSar, kSurvey;
}

/// Equations (21) to (23) of docs/arithmetic.md. Throws Error (kUsage) for fewer than 2 levels, and
/// under andrulis for fewer than 16, below which its converters do not reach.
AdcCost adc_cost(AdcModel model, std::int64_t levels, const Technology& technology);

}  // namespace bitline
