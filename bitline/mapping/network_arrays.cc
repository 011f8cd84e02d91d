#include "bitline/mapping/network_arrays.h"

namespace bitline {

const ArraySpec& NetworkArrays::of(const std::string& layer) const {
  const auto own = layers.find(layer);
  return own == layers.end() ? common : own->second.array;
}

}  // namespace bitline
