// Short ways to run the reference in tests.
#pragma once

#include <vector>

#include "bitline/kernels/reference.h"

namespace bitline::test {

inline LayerAdc lossless(const CimLayer& layer) {
  return make_layer_adc(layer, lossless_table(layer.sums));
}

inline std::vector<std::int64_t> accumulate(const CimLayer& layer, const LayerAdc& adc,
                                            const std::vector<std::int32_t>& activations,
                                            LayerHistogram* histogram = nullptr) {
  const std::int64_t images =
      static_cast<std::int64_t>(activations.size()) / layer.geometry.in_size();
  std::vector<std::int64_t> outputs(static_cast<std::size_t>(images * layer.geometry.out_size()));
  reference_accumulate(layer, adc, images, activations, outputs, histogram);
  return outputs;
}

}  // namespace bitline::test
