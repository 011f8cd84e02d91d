#include "bitline/search/candidates.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/fail.h"
#include "bitline/search/stream_spread.h"

namespace bitline {
namespace {

/// What all candidates have in common.
struct Choices {
  const std::map<std::string, AdcSpec>& adcs;
  const std::map<std::string, Rational>& centres;
  const StreamShifts& stream_shifts;
  const ColumnBiases& column_biases;
};

/// The layer's ADC for a δ; without one, for that which reads its sums as they are, where there is
/// such a one.
PlannedAdc plan_layer(const SearchLayer& layer, const Choices& choices,
                      const std::optional<Rational>& delta) {
  AdcSpec spec = choices.adcs.at(layer.name);
  const auto centre = choices.centres.find(layer.name);
  spec.centre = centre == choices.centres.end() ? Rational(0) : centre->second;
  const Rational largest = largest_sum(layer);
  spec.delta = delta ? std::min(*delta, largest) : exact_delta(spec, layer.sums).value_or(largest);
  const auto shifts = choices.stream_shifts.find(layer.name);
  if (shifts != choices.stream_shifts.end())
    spec.stream_shifts = with_steps_of_one(shifts->second, step_of(spec, layer.sums));
  const auto bias = choices.column_biases.find(layer.name);
  if (bias != choices.column_biases.end()) spec.column_bias = bias->second;
  return {std::move(spec), layer.sums};
}

/// Of all tables of a layer.
std::vector<std::int64_t> thresholds_of(const PlannedAdc& planned) {
  std::vector<std::int64_t> thresholds;
  for (const CodeTable& table : shared_tables(planned.spec, planned.sums))
    thresholds.insert(thresholds.end(), table.thresholds.begin(), table.thresholds.end());
  return thresholds;
}

}  // namespace

std::int64_t largest_sum(const SearchLayer& layer) { return layer.sums.magnitude(); }

std::vector<Candidate> make_candidates(std::span<const SearchLayer> layers,
                                       const std::map<std::string, AdcSpec>& adcs,
                                       const std::map<std::string, Rational>& centres,
                                       const Rational& delta_step,
                                       const StreamShifts& stream_shifts,
                                       const ColumnBiases& column_biases) {
  const auto largest = std::max_element(
      layers.begin(), layers.end(),
      [](const auto& a, const auto& b) { return largest_sum(a) < largest_sum(b); });
  const Rational limit = largest_sum(*largest);
  if (delta_step > limit)
    fail_usage(
        "layer {}: delta step {} exceeds {}, the largest possible sum; choose a smaller step",
        largest->name, to_string(delta_step), to_string(limit));

  const Choices choices{adcs, centres, stream_shifts, column_biases};
  std::vector<Candidate> candidates;
  // Thresholds rise or fall steadily with δ, so equal lists can only be neighbours.
  std::vector<std::vector<std::int64_t>> previous;
  const auto add = [&](const std::optional<Rational>& delta) {
    Candidate candidate{0, {}, candidates.empty() ? 1 : candidates.back().code_map};
    std::vector<std::vector<std::int64_t>> thresholds;
    for (const SearchLayer& layer : layers)
      with_context("layer " + layer.name, [&] {
        const PlannedAdc planned = plan_layer(layer, choices, delta);
        thresholds.push_back(thresholds_of(planned));
        candidate.delta = std::max(candidate.delta, planned.spec.delta);
        candidate.layers.emplace(layer.name, planned);
      });
    if (!candidates.empty() && candidate.delta == candidates.back().delta) candidates.pop_back();
    if (!candidates.empty() && thresholds != previous) ++candidate.code_map;
    previous = std::move(thresholds);
    candidates.push_back(std::move(candidate));
  };
  for (Rational delta = delta_step; delta <= limit; delta = delta + delta_step) add(delta);
  if (std::ranges::all_of(layers, [&](const SearchLayer& layer) {
        return exact_delta(plan_layer(layer, choices, {}).spec, layer.sums).has_value();
      }))
    add({});
  return candidates;
}

Rational mean_centre(const HistogramStatistics& sums) {
  if (sums.total == 0) return 0;
  // ⌊2 · mean + ½⌋ halves.
  return Rational(floor_div(4 * sums.sum + sums.total, 2 * sums.total), 2);
}

}  // namespace bitline
