// The finite list of ranges that a search tries: every δ up to the largest possible partial sum.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/adc/histogram.h"
#include "bitline/base/rational.h"
#include "bitline/search/column_bias.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// AdcSpec::stream_shifts by layer name.
using StreamShifts = std::map<std::string, std::vector<int>>;

/// One δ, and the ADCs that it means for the layers that a step decides.
struct Candidate {
  Rational delta = 0;                        ///< δ in LSB
  std::map<std::string, PlannedAdc> layers;  ///< by name of the layer
  /// 1, 2, 3 …: candidates of the same number have the same integer thresholds in every layer, so
  /// the same codes; they differ in the digital scale alone. Equal numbers stand side by side.
  std::int64_t code_map = 0;
};

/// The largest possible |p| of a layer.
std::int64_t largest_sum(const SearchLayer& layer);

/// Candidates for `layers` together, by ascending δ: `delta_step`, 2 · `delta_step` … up to the
/// largest possible |p| of the largest layer. A layer whose own largest |p| is smaller than δ takes
/// that instead. Last, where every layer has a level for each of its sums, the exact_delta() of
/// each; it stands for the candidate of the same δ, if there is one. `adcs` gives all but δ, centre
/// and shifts of each; `centres` the centres that are not 0; `stream_shifts` those of layers whose
/// input streams have ranges of their own, which are cut where a step would fall below 1
/// (stream_spread.h); `column_biases` those of layers whose columns have a bias. Throws Error that
/// names the layer when a choice is not possible there, or when no δ remains.
std::vector<Candidate> make_candidates(std::span<const SearchLayer> layers,
                                       const std::map<std::string, AdcSpec>& adcs,
                                       const std::map<std::string, Rational>& centres,
                                       const Rational& delta_step,
                                       const StreamShifts& stream_shifts = {},
                                       const ColumnBiases& column_biases = {});

/// The `mean` centre: the mean of a layer's sums, rounded to the nearest ½ (up, where it lies in
/// the middle). 0 when there are no sums.
Rational mean_centre(const HistogramStatistics& sums);

}  // namespace bitline
