// Who multiplies and accumulates: the array's engines behind one interface.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/kernels/layer_adc.h"
#include "bitline/kernels/layer_histogram.h"

namespace bitline {

/// reference: the definition (kernels/reference.h). fused: bit-packed, fast. composed: LibTorch
/// operators. All give the same integers.
enum class Engine { kReference, kFused, kComposed };
template <>
struct EnumNames<Engine> {
  static constexpr std::string_view kWhat = "engine";
  static constexpr std::array<std::string_view, 3> kNames{"reference", "fused", "composed"};
};

/// One layer on one engine; whatever the engine prepares from the weights lives here.
class MacBackend {
 public:
  virtual ~MacBackend() = default;
  /// activations: integers [images, in_channels, in_height, in_width]; outputs: Y_int of
  /// layer_adc.h [images, out_channels, out_height, out_width]. A histogram counts every
  /// conversion.
  virtual void accumulate(const LayerAdc& adc, std::int64_t images,
                          std::span<const std::int32_t> activations,
                          std::span<std::int64_t> outputs, LayerHistogram* histogram) const = 0;
  /// How accumulate() goes about it under this ADC, in words.
  virtual std::string_view path(const LayerAdc& adc) const = 0;
  /// accumulate() under each of `adcs`: outputs [adcs, images, ...].
  virtual void accumulate_each(std::span<const LayerAdc> adcs, std::int64_t images,
                               std::span<const std::int32_t> activations,
                               std::span<std::int64_t> outputs) const;
};

/// `layer` has to outlive the backend.
std::unique_ptr<MacBackend> make_backend(Engine engine, const CimLayer& layer);

}  // namespace bitline
