#include "bitline/quantize/trial_grids.h"

namespace bitline {

Network with_trial_grids(Network network, const QuantizeOptions& options) {
  if (!network.quant.empty()) return network;
  attach_quantizers(network, options);
  for (auto& [name, spec] : network.quant)
    if (!network.tensors.contains(name)) spec.scale.data<float>()[0] = 1;
  return network;
}

}  // namespace bitline
