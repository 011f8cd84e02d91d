// The fast engine: bit-packed, on vector instructions, equal to reference.h bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/convert_block.h"
#include "bitline/kernels/layer_adc.h"
#include "bitline/kernels/layer_histogram.h"

namespace bitline {

/// One layer, its planes packed. Holds all that it needs of the CimLayer. May be used by several
/// threads at once.
class FusedLayer {
 public:
  explicit FusedLayer(const CimLayer& layer);

  /// As reference_accumulate: activations [images, in_channels, in_height, in_width]; outputs Y_int
  /// [images, out_channels, out_height, out_width]. A histogram, made for this layer, counts every
  /// conversion of a normal column. Runs parallel_for over images and output rows.
  void accumulate(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram = nullptr) const;

 private:
  class Worker;

  /// Of one output row.
  std::int64_t conversions_per_row() const;

  ConvGeometry geometry_;
  std::vector<std::int64_t> stream_weights_;
  bool has_reference_column_;
  PackedPlanes planes_;
  InputPacker packer_;
  std::vector<StreamProducts> streams_;
};

}  // namespace bitline
