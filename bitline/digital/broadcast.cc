#include "bitline/digital/broadcast.h"

#include "bitline/graph/shape_rules.h"

namespace bitline::digital {
namespace {

/// Strides of an operand along the axes of the result: 0 where one entry serves all.
Shape strides_of(const Shape& operand, const Shape& result) {
  Shape strides(result.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const std::int64_t extent = operand[operand.size() - 1 - i];
    if (extent != 1) strides[result.size() - 1 - i] = stride;
    stride *= extent;
  }
  return strides;
}

}  // namespace

Broadcast::Broadcast(const Shape& a, const Shape& b) : shape_(broadcast_shapes(a, b)) {
  const Shape full_a = strides_of(a, shape_);
  const Shape full_b = strides_of(b, shape_);
  // From the last axis on: an axis joins the one behind it where both operands allow it.
  for (std::size_t i = shape_.size(); i-- > 0;) {
    if (shape_[i] == 1) continue;
    if (!extents_.empty() && full_a[i] == strides_a_.front() * extents_.front() &&
        full_b[i] == strides_b_.front() * extents_.front()) {
      extents_.front() *= shape_[i];
      continue;
    }
    extents_.insert(extents_.begin(), shape_[i]);
    strides_a_.insert(strides_a_.begin(), full_a[i]);
    strides_b_.insert(strides_b_.begin(), full_b[i]);
  }
  if (extents_.empty()) {
    extents_ = {1};
    strides_a_ = strides_b_ = {0};
  }
}

Run Broadcast::run_at(std::int64_t element, std::int64_t end) const {
  std::int64_t row = element / extents_.back();
  const std::int64_t column = element % extents_.back();
  Run run{element, column * strides_a_.back(), column * strides_b_.back(),
          std::min(extents_.back() - column, end - element)};
  run.step_a = strides_a_.back();
  run.step_b = strides_b_.back();
  for (std::size_t axis = extents_.size() - 1; axis-- > 0; row /= extents_[axis]) {
    const std::int64_t index = row % extents_[axis];
    run.a += index * strides_a_[axis];
    run.b += index * strides_b_[axis];
  }
  return run;
}

}  // namespace bitline::digital
