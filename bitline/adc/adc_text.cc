#include "bitline/adc/adc_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <vector>

#include "bitline/adc/stream_tables.h"

namespace bitline {

std::string threshold_text(std::span<const std::int64_t> thresholds, std::size_t most,
                           std::string_view gap) {
  if (thresholds.size() <= most) return fmt::format("{}", fmt::join(thresholds, ", "));
  return fmt::format("{}, {}, {} {} {}", thresholds[0], thresholds[1], thresholds[2], gap,
                     thresholds.back());
}

std::string thresholds_by_stream(const PlannedAdc& adc, std::size_t most, std::string_view gap) {
  const std::vector<CodeTable> tables = shared_tables(adc.spec, adc.sums);
  if (tables.size() == 1) return threshold_text(tables.front().thresholds, most, gap);
  std::map<int, std::vector<std::size_t>> streams;  // by shift
  for (std::size_t stream = 0; stream < tables.size(); ++stream)
    streams[adc.spec.stream_shifts[stream]].push_back(stream);
  std::string text;
  for (const auto& [shift, own] : streams)
    text += fmt::format("{}{}: {}", text.empty() ? "streams " : "; ", fmt::join(own, ", "),
                        threshold_text(tables[own.front()].thresholds, most, gap));
  return text;
}

std::string delta_text(const AdcSpec& spec, std::string_view none) {
  return spec.quantizer->has_range() ? to_string(spec.delta) : std::string(none);
}

std::string step_text(const PlannedAdc& adc, std::string_view none) {
  if (adc.spec.quantizer->levels == nullptr) return std::string(none);
  return to_string(step_of(adc.spec, adc.sums));
}

}  // namespace bitline
