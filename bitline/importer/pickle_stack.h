// The values that a pickle has built and not used yet, and the marks between them.
#pragma once

#include <cstddef>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/importer/pickle.h"

namespace bitline {

/// What takes a stated number of values does not reach below the last mark. Throws Error where that
/// or the stack leaves too few.
class PickleStack {
 public:
  bool empty() const { return values_.empty() && marks_.empty(); }
  void push(PickleValue value) { values_.push_back(value); }
  void mark() { marks_.push_back(values_.size()); }

  PickleValue& top() {
    require(1);
    return values_.back();
  }
  PickleValue pop() { return pop_many(1).front(); }
  std::vector<PickleValue> pop_many(std::size_t count) {
    require(count);
    return pop_from(values_.size() - count);
  }
  /// Everything above the last mark, and the mark itself.
  std::vector<PickleValue> pop_to_mark() {
    if (marks_.empty()) fail("the pickle ends a list that it never began; it is damaged");
    const std::size_t first = marks_.back();
    marks_.pop_back();
    return pop_from(first);
  }

 private:
  void require(std::size_t count) const {
    const std::size_t there = values_.size() - (marks_.empty() ? 0 : marks_.back());
    if (there < count)
      fail("the pickle takes {} values where {} are there; it is damaged", count, there);
  }

  std::vector<PickleValue> pop_from(std::size_t first) {
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<PickleValue> taken(begin, values_.end());
    values_.erase(begin, values_.end());
    return taken;
  }

  std::vector<PickleValue> values_;
  std::vector<std::size_t> marks_;
};

}  // namespace bitline
