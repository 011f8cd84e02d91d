// What a network answered on some images.
#pragma once

#include <cstdint>

#include <nlohmann/json_fwd.hpp>

namespace bitline {

struct ScoreRecord {
  std::int64_t images = 0;
  std::int64_t correct = 0;  ///< images whose answer counts as right
  std::int64_t loss = 0;     ///< Σ over images of the cross-entropy, in units of 2^-20 nat

  bool operator==(const ScoreRecord&) const = default;
};

/// {"images", "correct", "loss"}.
nlohmann::ordered_json json_of(const ScoreRecord& score);
/// The inverse. Throws Error that names a member that is missing or no whole number.
ScoreRecord score_from_json(const nlohmann::ordered_json& json);

}  // namespace bitline
