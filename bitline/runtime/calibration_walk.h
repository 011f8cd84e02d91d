// Calibration images on their way through a network, a chunk at a time.
#pragma once

#include <algorithm>
#include <vector>

#include "bitline/runtime/executor.h"

namespace bitline {

/// All images, at the same step of one network.
class CalibrationWalk {
 public:
  static constexpr std::int64_t kChunkImages = 50;

  /// images F32 [n, channels, height, width], normalised.
  CalibrationWalk(const Executor& executor, const Tensor& images) {
    for (std::int64_t first = 0; first < images.dim(0); first += kChunkImages)
      chunks_.push_back(
          executor.begin(images.slice(first, std::min(first + kChunkImages, images.dim(0)))));
  }

  /// Through the next steps, up to `end`. `executor` may be another one of the same steps, whose
  /// parameters have changed.
  void advance(const Executor& executor, std::size_t end) {
    for (Values& values : chunks_) executor.run(values, step_, std::max(step_, end));
    step_ = std::max(step_, end);
  }

  /// In front of the next step: kChunkImages images each, fewer in the last.
  const std::vector<Values>& chunks() const { return chunks_; }

 private:
  std::vector<Values> chunks_;
  std::size_t step_ = 0;
};

}  // namespace bitline
