// `bitline explain`: which layers' ADCs cost the accuracy, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/progress.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"
#include "bitline/record/explanation_record.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// One layer under its ADC; everything on the search sample. The layers before it are lossless, or
/// under the plan where the statistics are those of the plan: for the error and for its sums.
struct LayerExplanation {
  std::string layer;
  AdcSpec adc;
  std::int64_t levels = 0;  ///< of its table; one for every possible sum where it is lossless
  /// Power of the layer's outputs over that of their error, dB.
  double signal_to_noise = 0;
  /// Share of the error's power that is the channels' mean error, which batch-norm statistics can
  /// take up: 0 to 1.
  double mean_error_share = 0;
  Score alone;                   ///< with only this layer's ADC
  Score without;                 ///< with all ADCs of the plan but this one
  std::vector<double> clipped;   ///< share of clipped sums, equation (5h), by input stream
  double clipped_in_all = 0;     ///< of all streams
  std::int64_t levels_used = 0;  ///< that any sum of the sample reaches
  std::string remedy;            ///< what to try first
};

/// One input stream, on all layers that the plan names.
struct StreamExplanation {
  double ones = 0;  ///< share of the digits that are not 0
  /// With only its sums converted; none where padding is not 0, and where the statistics are those
  /// of the plan.
  std::optional<Score> alone;
};

struct Explanation {
  /// Whether the network was recalibrated or retrained with such ADCs (14a). Every part of the
  /// plan, and none of it, is then scored with statistics moved by what it changes against the plan
  /// (14).
  bool statistics_of_plan = false;
  Score lossless;
  Score plan;
  std::vector<LayerExplanation> layers;    ///< those that the plan names, front to back
  std::vector<StreamExplanation> streams;  ///< from the least significant

  /// Right answers that come back where this layer alone is lossless.
  std::int64_t regained(const LayerExplanation& layer) const {
    return layer.without.correct - plan.correct;
  }
  /// Layers without whose ADC answers come back, the one that gives most first. Where every single
  /// one leaves the plan as bad as it was, those whose ADC alone costs answers, likewise.
  std::vector<const LayerExplanation*> worst() const;
};

/// What to try first for a layer whose other members are known. `recalibrates`: whether that is
/// still to be had. `most_levels` is that of the hardware, 0: any.
std::string remedy_of(const LayerExplanation& layer, bool recalibrates, std::int64_t most_levels);

/// Of a network on the array and the sample of `config`. Throws what SearchStudy and
/// Executor::prepare() throw.
Explanation explain(const Network& network, const RunConfig& config, const AdcPlan& plan,
                    const Job& job);

/// What a run folder, and `bitline explain --json`, have of it.
ExplanationRecord record_of(const Explanation& explanation);

}  // namespace bitline
