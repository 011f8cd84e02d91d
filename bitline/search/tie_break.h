// Which of two measured candidates is the better one, also where their scores are equal: exact,
// total, and monotone, so that a bound on what a candidate can still reach is a comparison too.
#pragma once

#include <cstdint>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/base/rational.h"
#include "bitline/search/evaluator.h"

namespace bitline {

/// What a search asks for. kAgreement ranks as kAccuracy does: the Evaluator then counts agreement
/// with the lossless network instead of right answers.
enum class Objective { kAccuracy, kLoss, kAgreement };
template <>
struct EnumNames<Objective> {
  static constexpr std::string_view kWhat = "objective";
  static constexpr std::array<std::string_view, 3> kNames{"accuracy", "loss", "agreement"};
};

/// A candidate and what it scored.
struct RankedScore {
  Score score;         ///< of some images
  Rational delta = 0;  ///< δ in LSB
};

/// True when `a` ranks before `b`. Accuracy: more correct, then lower loss, then larger δ. Loss:
/// lower loss, then more correct, then larger δ. A strict total order over candidates of different
/// δ. Both must have seen the same number of images.
bool ranks_before(Objective objective, const RankedScore& a, const RankedScore& b);

/// The best score that a candidate can end with after it scored `so_far` on some of `image_count`
/// images: every image that remains is answered right and costs nothing.
Score best_outcome(const Score& so_far, std::int64_t image_count);

}  // namespace bitline
