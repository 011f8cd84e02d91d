// explanations/NAME.json: which layers' ADCs cost the accuracy of a plan, and why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/rational.h"
#include "bitline/record/score_record.h"

namespace bitline {

/// All scores but those of trials are of the search sample.
struct ExplanationRecord {
  struct Layer {
    std::string name;
    std::int64_t levels = 0;        ///< of its table
    std::optional<Rational> delta;  ///< δ, LSB; none where the quantizer has no range
    double mean_error_share = 0;    ///< of the error's power, the channels' mean error: 0 to 1
    ScoreRecord alone;              ///< with only this layer's ADC
    ScoreRecord without;            ///< with all ADCs of the plan but this one
    std::vector<double> clipped_by_stream;  ///< share of clipped sums by input stream, 0 to 1
    double clipped = 0;                     ///< of all streams
    std::int64_t levels_used = 0;           ///< that any sum of the sample reaches
    std::string remedy;                     ///< what to try first
    /// Of the outputs over their error, dB; none where nothing is lost.
    std::optional<double> signal_to_noise;

    bool operator==(const Layer&) const = default;
  };
  struct Stream {
    double ones = 0;                   ///< share of the digits that are not 0
    std::optional<ScoreRecord> alone;  ///< with only its sums converted; none where that cannot be

    bool operator==(const Stream&) const = default;
  };

  /// What changes of the plan give on other images than the search's.
  struct Trials {
    struct Change {
      std::string what;  ///< "conv1: a wider range"
      ScoreRecord score;

      bool operator==(const Change&) const = default;
    };
    bool on_validation = true;  ///< false: no images are left but the search sample's
    ScoreRecord plan;           ///< unchanged
    std::vector<Change> changes;

    bool operator==(const Trials&) const = default;
  };

  bool statistics_of_plan = false;  ///< whether batch-norm's statistics are those under the plan
  ScoreRecord lossless;
  ScoreRecord plan;
  std::vector<Layer> layers;       ///< those that the plan names, front to back
  std::vector<Stream> streams;     ///< from the least significant
  std::vector<std::string> worst;  ///< layers to look at first, the worst in front
  std::optional<Trials> trials;    ///< where they were made

  bool operator==(const ExplanationRecord&) const = default;
};

std::string to_json(const ExplanationRecord& explanation);
/// The inverse. Throws Error that names what is missing or damaged, or a worst layer that is none
/// of the layers.
ExplanationRecord explanation_from_json(std::string_view text);

}  // namespace bitline
