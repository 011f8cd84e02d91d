// All that a search knows of a network: plans go in, scores come out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"

namespace bitline {

/// Result of some images under one plan. Scores add exactly, whatever the order.
struct Score {
  std::int64_t images = 0;
  std::int64_t correct = 0;  ///< images whose answer is right (or agrees with the lossless network)
  std::int64_t loss = 0;     ///< Σ over images of the cross-entropy rounded to multiples of 2^-20

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
  std::string name;
  std::int64_t minimum = 0;  ///< smallest possible partial sum
  std::int64_t maximum = 0;  ///< largest possible partial sum
};

/// Measures plans on a fixed list of images. The score of a set of images is the sum of the scores
/// of its parts, so that a search may ask for them piece by piece.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// Front to back, under names that differ.
  virtual const std::vector<SearchLayer>& layers() const = 0;
  virtual std::int64_t image_count() const = 0;
  /// Scores images[0 … n) (indices below image_count()) under `plan`; layers that the plan does not
  /// name are lossless. No image's loss is below 0.
  ///
  /// What to expect from a search: it asks for the same few blocks of images again and again, the
  /// first block under every candidate in turn, then the other blocks of one candidate at a time.
  /// Plans of one step differ only in the layers that the step decides (layer-wise: the last layer
  /// that the plan names), so what the layers before it compute may be kept, for all blocks.
  virtual Score evaluate(const AdcPlan& plan, std::span<const std::int64_t> images) = 0;
};

}  // namespace bitline
