// All that a search knows of a network: plans go in, scores come out.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"

namespace bitline {

/// Result of some images under one plan. Scores add exactly, whatever the order.
struct Score {
  std::int64_t images = 0;   ///< how many were answered
  std::int64_t correct = 0;  ///< images whose answer is right (or agrees with the lossless network)
  std::int64_t loss = 0;     ///< Σ over images of the cross-entropy rounded to multiples of 2^-20

  /// The score of both sets of images together.
  Score& operator+=(const Score& other) {
    images += other.images;
    correct += other.correct;
    loss += other.loss;
    return *this;
  }
  friend bool operator==(const Score&, const Score&) = default;
};

/// A layer that a search may put an ADC on.
struct SearchLayer {
  std::string name;  ///< as plans spell it
  SumRange sums;     ///< possible partial sums
};

/// Hears of image evaluations that have ended since it was called last: 0 of them, where other work
/// has.
using Measured = std::function<void(std::int64_t images)>;

/// Measures plans on a fixed list of images. The score of a set of images is the sum of the scores
/// of its parts, so that a search may ask for them piece by piece.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Front to back, under names that differ.
  virtual const std::vector<SearchLayer>& layers() const = 0;
  /// Number of images in the list.
  virtual std::int64_t image_count() const = 0;
  /// Scores images[0 … n) (indices below image_count()) under each of `plans`; layers that a plan
  /// does not name are lossless. No image's loss is below 0. Calls `measured`, one call at a time,
  /// as image evaluations end (plans · images of them in all); what it throws ends the work.
  ///
  /// What to expect from a search: the plans of one call, and of the calls of one step, differ only
  /// in the layers that the step decides (layer-wise: the last layer that they name), so what the
  /// layers before compute may be kept, and one pass over that layer's sums may serve all plans.
  virtual std::vector<Score> evaluate(std::span<const AdcPlan> plans,
                                      std::span<const std::int64_t> images,
                                      const Measured& measured) = 0;
};

}  // namespace bitline
