// Images whose values are the same: what is computed of one of them holds for all.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/runtime/value.h"

namespace bitline {

struct DistinctImages {
  std::vector<std::int64_t> first;  ///< the first of those that are the same, in order
  std::vector<std::int64_t> same;   ///< by image: its place in `first`
};

/// Compares every byte of all values, so that no two images are taken for the same that are not.
DistinctImages distinct_images(const Values& values);

}  // namespace bitline
