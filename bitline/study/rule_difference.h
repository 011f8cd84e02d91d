// How far a network whose grids multiply by 1/s is from its ONNX file, which says v / s.
#pragma once

#include "bitline/base/progress.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// Of the grids of values that multiply by 1/s. Both rules give an integer to whole stretches of
/// float32 numbers; a border between two neighbours may lie at another number under v / s.
struct BorderDifference {
  std::int64_t grids = 0;    ///< that multiply
  std::int64_t borders = 0;  ///< between two neighbouring integers of those grids
  std::int64_t moved = 0;    ///< of these, those that lie elsewhere under v / s
  double share = 0;          ///< of a grid's range where values go to another integer, on average
};

/// Exact. Grids of odd integers are left out: files hold only those of one bit, which follow signs.
BorderDifference border_difference(const Network& network);

/// Of a sample of images, under lossless ADCs.
struct ValueDifference {
  std::int64_t images = 0;  ///< that were run
  std::int64_t values = 0;  ///< of them that come to a grid
  std::int64_t moved = 0;   ///< of these, those that go to another integer under v / s
};

/// Each value from what was in front of it under 1/s. `images`: F32, normalised.
ValueDifference value_difference(const Network& network, const RunConfig& config,
                                 const Tensor& images, const Job& job);

}  // namespace bitline
