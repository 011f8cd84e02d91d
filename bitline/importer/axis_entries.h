// Entries along one axis of an imported value. Internal to importer/.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/importer/import_state.h"

namespace bitline {

using Indices = std::vector<std::int64_t>;

/// first, first + 1, …. Throws Error for more entries than an axis has.
inline Indices range(std::int64_t first, std::int64_t count) {
  if (count > kMostExtent) fail("{} entries along one axis; supported are {}", count, kMostExtent);
  Indices indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

inline std::int64_t extent(const ImportedValue& value, std::int64_t axis) {
  return value.shape[static_cast<std::size_t>(axis)];
}

}  // namespace bitline
