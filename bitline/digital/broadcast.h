// How the elements of two values meet when their shapes are broadcast. Internal to digital/.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bitline/base/tensor.h"

namespace bitline::digital {

/// Elements that lie behind one another in the result; each operand gives one element per element
/// of the result (step 1) or the same one to all (step 0).
struct Run {
  std::int64_t result = 0, a = 0, b = 0;  ///< offsets of the first element
  std::int64_t count = 0;
  std::int64_t step_a = 1, step_b = 1;
};

class Broadcast {
 public:
  /// Throws Error when the shapes cannot be broadcast to one.
  Broadcast(const Shape& a, const Shape& b);

  /// Of the result.
  const Shape& shape() const { return shape_; }

  /// Calls body(Run) for the elements [begin, end) of the result in order, in runs as long as can
  /// be.
  template <typename Body>
  void for_each_run(std::int64_t begin, std::int64_t end, const Body& body) const {
    while (begin < end) {
      const Run run = run_at(begin, end);
      body(run);
      begin += run.count;
    }
  }

 private:
  Run run_at(std::int64_t element, std::int64_t end) const;

  Shape shape_;
  // Axes along which each operand goes on with one stride; at least one axis, the last with strides
  // 0 or 1.
  Shape extents_, strides_a_, strides_b_;
};

}  // namespace bitline::digital
