// evaluations/NAME.json: the answers of a network under a plan, with what is needed to compare them
// with those of another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/record/score_record.h"

namespace bitline {

/// Answers on a list of images.
struct Evaluation {
  ScoreRecord score;
  std::vector<bool> right;  ///< per image
  /// Images whose label is among the five likeliest classes; absent for ten classes or fewer.
  std::optional<std::int64_t> top_five = std::nullopt;

  bool operator==(const Evaluation&) const = default;
};

/// Score, top-5 where it is counted, and one character per image, '1' for a right answer.
std::string to_json(const Evaluation& evaluation);
/// The inverse. Throws Error that names what is missing or damaged.
Evaluation evaluation_from_json(std::string_view text);

}  // namespace bitline
