#include "bitline/runtime/mac_backend.h"

#include <mutex>

#include "bitline/base/fail.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/kernels/reference.h"
#include "bitline/mapping/cell_digits.h"
#include "bitline/runtime/torch_part.h"

namespace bitline {
namespace {

class ReferenceBackend : public MacBackend {
 public:
  explicit ReferenceBackend(const CimLayer& layer) : layer_(layer) {}
  /// The planes are made when something runs for the first time: many executors are only looked at.
  void accumulate(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram) const override {
    std::call_once(once_, [this] {
      with_digits_ = layer_;
      with_digits_.planes.digits = all_cell_digits(layer_);
    });
    reference_accumulate(with_digits_, adc, images, activations, outputs, histogram);
  }
  std::string_view path(const LayerAdc&) const override { return "the definition, a plain loop"; }

 private:
  const CimLayer& layer_;
  mutable std::once_flag once_;
  mutable CimLayer with_digits_;
};

class FusedBackend : public MacBackend {
 public:
  explicit FusedBackend(const CimLayer& layer) : layer_(layer) {}
  void accumulate(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram) const override {
    layer_.accumulate(adc, images, activations, outputs, histogram);
  }
  std::string_view path(const LayerAdc& adc) const override {
    return in_words(layer_.input_form(adc, false));
  }
  void accumulate_each(std::span<const LayerAdc> adcs, std::int64_t images,
                       std::span<const std::int32_t> activations,
                       std::span<std::int64_t> outputs) const override {
    layer_.accumulate_each(adcs, images, activations, outputs);
  }

 private:
  FusedLayer layer_;
};

}  // namespace

void MacBackend::accumulate_each(std::span<const LayerAdc> adcs, std::int64_t images,
                                 std::span<const std::int32_t> activations,
                                 std::span<std::int64_t> outputs) const {
  const std::size_t size = outputs.size() / adcs.size();
  for (std::size_t adc = 0; adc < adcs.size(); ++adc)
    accumulate(adcs[adc], images, activations, outputs.subspan(adc * size, size), nullptr);
}

std::unique_ptr<MacBackend> make_backend(Engine engine, const CimLayer& layer) {
  switch (engine) {
    case Engine::kReference:
      return std::make_unique<ReferenceBackend>(layer);
    case Engine::kFused:
      return std::make_unique<FusedBackend>(layer);
    case Engine::kComposed:
      return require_torch_part("engine = \"composed\"").make_composed(layer);
  }
  fail("engine {} is not known", static_cast<int>(engine));
}

}  // namespace bitline
