#include "bitline/graph/regroups_axes.h"

#include <algorithm>

namespace bitline {
namespace {

Shape without_ones(Shape shape) {
  std::erase(shape, 1);
  return shape;
}

}  // namespace

bool regroups_axes(const Shape& from, const Shape& to) {
  if (element_count(from) != element_count(to)) return false;
  const Shape a = without_ones(from);
  const Shape b = without_ones(to);
  auto next_a = a.begin();
  auto next_b = b.begin();
  while (next_a != a.end() && next_b != b.end()) {
    const auto first_a = next_a;
    const auto first_b = next_b;
    std::int64_t size_a = *next_a++;
    std::int64_t size_b = *next_b++;
    while (size_a != size_b) {
      if (size_a < size_b && next_a != a.end())
        size_a *= *next_a++;
      else if (size_b < size_a && next_b != b.end())
        size_b *= *next_b++;
      else
        return false;
    }
    if (std::min(next_a - first_a, next_b - first_b) > 1) return false;
  }
  return next_a == a.end() && next_b == b.end();
}

}  // namespace bitline
