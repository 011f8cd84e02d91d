// The plain integer convolution by products of bytes: what layers compute that stay digital, and
// what lossless arrays equal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/dense_block.h"
#include "bitline/kernels/unfold_bytes.h"

namespace bitline {

/// One layer, its weights packed. May be used by several threads at once.
class ExactLayer {
 public:
  /// Whether it is faster so than as a convolution of floats: the instruction set has products of
  /// bytes, inputs and weights fit them, and a group has channels enough.
  static bool pays(const IntegerLayer& layer);

  /// `layer` has to be one that pays().
  explicit ExactLayer(const IntegerLayer& layer);

  /// Whether sum() may be called: an instruction set without products of bytes may have been forced
  /// since.
  bool can_run() const { return can_sum(digits_, largest_weight_); }

  /// Σ W A of activations [images, in_channels, in_height, in_width], as [images, out_channels,
  /// out_height, out_width] of Number: exact below 2^24 in float, below 2^31 in double. Runs
  /// parallel_for over strips of positions.
  template <typename Number>
  void sum(std::int64_t images, std::span<const std::int32_t> activations,
           std::span<Number> outputs) const;

 private:
  template <typename Number>
  class Worker;

  std::int64_t group_channels() const { return geometry_.out_channels / geometry_.groups; }
  /// Whether the one output position sees the codes of a group in their order.
  bool reads_whole_images() const {
    return geometry_.out_positions() == 1 && !geometry_.padding.any() &&
           geometry_.in_size() == geometry_.fan_in() * geometry_.groups;
  }
  void pack_weights(const IntegerLayer& layer);
  std::int64_t positions_at_once(std::int64_t positions) const;

  ConvGeometry geometry_;
  ByteUnfolder unfolder_;
  std::int64_t largest_weight_;
  DenseDigits digits_;
  std::int64_t row_groups_;
  std::int64_t padded_channels_;  // of a group
  Tensor weights_;  // I8 [groups, padded channels / 8, row groups, 8, 4]; 0 where padded
  Tensor start_;    // I32 [groups, padded channels]: −Σ W · what the codes are above A
};

}  // namespace bitline
