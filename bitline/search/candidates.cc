#include "bitline/search/candidates.h"

#include <algorithm>
#include <utility>

#include "bitline/base/error.h"

namespace bitline {
namespace {

PlannedAdc plan_layer(const SearchLayer& layer, AdcSpec spec,
                      const std::map<std::string, Rational>& centres, const Rational& delta) {
  const auto centre = centres.find(layer.name);
  spec.centre = centre == centres.end() ? Rational(0) : centre->second;
  spec.delta = std::min(delta, Rational(largest_sum(layer)));
  return {std::move(spec), layer.minimum, layer.maximum};
}

}  // namespace

std::int64_t largest_sum(const SearchLayer& layer) {
  return std::max(-layer.minimum, layer.maximum);
}

std::vector<Candidate> make_candidates(std::span<const SearchLayer> layers, const AdcSpec& adc,
                                       const std::map<std::string, Rational>& centres,
                                       const Rational& delta_step) {
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
      const PlannedAdc planned = plan_layer(layer, adc, centres, delta);
      thresholds.push_back(with_context("layer " + layer.name, [&] {
                             return make_code_table(planned.spec, layer.minimum, layer.maximum);
                           }).thresholds);
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
