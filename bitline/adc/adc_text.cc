#include "bitline/adc/adc_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bitline {

std::string threshold_text(std::span<const std::int64_t> thresholds, std::size_t most,
                           std::string_view gap) {
  if (thresholds.size() <= most) return fmt::format("{}", fmt::join(thresholds, ", "));
  return fmt::format("{}, {}, {} {} {}", thresholds[0], thresholds[1], thresholds[2], gap,
                     thresholds.back());
}

std::string delta_text(const AdcSpec& spec, std::string_view none) {
  const bool ranged =
      spec.quantizer == Quantizer::kZeroTread || spec.quantizer == Quantizer::kZeroRise;
  return ranged ? to_string(spec.delta) : std::string(none);
}

std::string step_text(const PlannedAdc& adc, std::string_view none) {
  if (adc.spec.quantizer == Quantizer::kTable) return std::string(none);
  return to_string(step_of(adc.spec, adc.minimum, adc.maximum));
}

}  // namespace bitline
