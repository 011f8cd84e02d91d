#include "bitline/mapping/default_array.h"

namespace bitline {

ArraySpec default_array(const Network& network) {
  ArraySpec array;
  for (const auto& [name, spec] : network.quant)
    if (network.tensors.contains(name) && spec.odd) array.encoding = encodings::kBipolar;
  return array;
}

}  // namespace bitline
