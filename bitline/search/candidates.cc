#include "bitline/search/candidates.h"

#include <algorithm>
#include <utility>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/fail.h"
#include "bitline/search/stream_spread.h"

namespace bitline {
namespace {

PlannedAdc plan_layer(const SearchLayer& layer, AdcSpec spec,
                      const std::map<std::string, Rational>& centres, const Rational& delta,
                      const StreamShifts& stream_shifts) {
  const auto centre = centres.find(layer.name);
  spec.centre = centre == centres.end() ? Rational(0) : centre->second;
  spec.delta = std::min(delta, Rational(largest_sum(layer)));
  if (const auto shifts = stream_shifts.find(layer.name); shifts != stream_shifts.end())
    spec.stream_shifts =
        with_steps_of_one(shifts->second, step_of(spec, layer.minimum, layer.maximum));
  return {std::move(spec), layer.minimum, layer.maximum};
}

/// Of all tables of a layer.
std::vector<std::int64_t> thresholds_of(const PlannedAdc& planned) {
  std::vector<std::int64_t> thresholds;
  for (const CodeTable& table : make_stream_tables(planned.spec, planned.minimum, planned.maximum))
    thresholds.insert(thresholds.end(), table.thresholds.begin(), table.thresholds.end());
  return thresholds;
}

}  // namespace

std::int64_t largest_sum(const SearchLayer& layer) {
  return std::max(-layer.minimum, layer.maximum);
}

std::vector<Candidate> make_candidates(std::span<const SearchLayer> layers, const AdcSpec& adc,
                                       const std::map<std::string, Rational>& centres,
                                       const Rational& delta_step,
                                       const StreamShifts& stream_shifts) {
  const auto largest = std::max_element(
      layers.begin(), layers.end(),
      [](const auto& a, const auto& b) { return largest_sum(a) < largest_sum(b); });
  const Rational limit = largest_sum(*largest);
  if (delta_step > limit)
    fail_usage(
        "layer {}: delta step {} exceeds {}, the largest possible sum; choose a smaller step",
        largest->name, to_string(delta_step), to_string(limit));

  std::vector<Candidate> candidates;
  // Thresholds rise or fall steadily with δ, so equal lists can only be neighbours.
  std::vector<std::vector<std::int64_t>> previous;
  for (Rational delta = delta_step; delta <= limit; delta = delta + delta_step) {
    Candidate candidate{delta, {}, candidates.empty() ? 1 : candidates.back().code_map};
    std::vector<std::vector<std::int64_t>> thresholds;
    for (const SearchLayer& layer : layers) {
      const PlannedAdc planned = plan_layer(layer, adc, centres, delta, stream_shifts);
      thresholds.push_back(
          with_context("layer " + layer.name, [&] { return thresholds_of(planned); }));
      candidate.layers.emplace(layer.name, planned);
    }
    if (!candidates.empty() && thresholds != previous) ++candidate.code_map;
    previous = std::move(thresholds);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

Rational mean_centre(const HistogramStatistics& sums) {
  if (sums.total == 0) return 0;
  // ⌊2 · mean + ½⌋ halves.
  return Rational(floor_div(4 * sums.sum + sums.total, 2 * sums.total), 2);
}

}  // namespace bitline
