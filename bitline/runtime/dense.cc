#include "bitline/runtime/dense.h"

#include <algorithm>
#include <cstdlib>

#include "bitline/base/fail.h"
#include "bitline/kernels/exact_layer.h"
#include "bitline/runtime/plain_product.h"
#include "bitline/runtime/torch_part.h"

namespace bitline {
namespace {

constexpr std::int64_t kExactFloat = std::int64_t{1} << 24;
constexpr std::int64_t kExactByteProduct = std::int64_t{1} << 31;
constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;

std::int64_t largest_sum(const IntegerLayer& layer) {
  std::int64_t largest_weight = 0;
  for (const std::int32_t w : layer.weights.data<std::int32_t>())
    largest_weight = std::max<std::int64_t>(largest_weight, std::abs(w));
  return layer.geometry.fan_in() * largest_weight * (std::int64_t{1} << layer.input_bits);
}

std::unique_ptr<DenseProduct> make_product(const ConvGeometry& geometry, const Tensor& weights,
                                           std::int64_t pad_value, DType held) {
  if (const TorchPart* const torch = find_torch_part())
    return torch->make_product(geometry, weights, pad_value, held);
  return make_plain_product(geometry, weights, pad_value, held);
}

class ByteProducts : public DenseProduct {
 public:
  ByteProducts(const IntegerLayer& layer, DType held)
      : geometry_(layer.geometry),
        held_(held),
        exact_(layer),
        plain_(make_plain_product(layer.geometry, layer.weights, layer.pad_value, held)) {}

  std::string_view path() const override {
    return exact_.can_run() ? "exact, products of bytes" : plain_->path();
  }
  Tensor run(const Tensor& activations) const override {
    if (!exact_.can_run()) return plain_->run(activations);
    const ConvGeometry& g = geometry_;
    Tensor sums = Tensor::for_overwrite(
        held_, {activations.dim(0), g.out_channels, g.out_height(), g.out_width()});
    if (held_ == DType::kF32)
      exact_.sum(activations.dim(0), activations.data<std::int32_t>(), sums.data<float>());
    else
      exact_.sum(activations.dim(0), activations.data<std::int32_t>(), sums.data<double>());
    return sums;
  }

 private:
  ConvGeometry geometry_;
  DType held_;
  ExactLayer exact_;
  std::unique_ptr<DenseProduct> plain_;
};

}  // namespace

std::unique_ptr<DenseProduct> make_dense_product(const IntegerLayer& layer) {
  const std::int64_t largest = largest_sum(layer);
  if (largest >= kExactDouble)
    fail("layer {}: sums up to {} do not fit a double exactly; use fewer bits", layer.name,
         largest);
  const DType held = largest < kExactFloat ? DType::kF32 : DType::kF64;
  if (largest < kExactByteProduct && ExactLayer::pays(layer))
    return std::make_unique<ByteProducts>(layer, held);
  return make_product(layer.geometry, layer.weights, layer.pad_value, held);
}

std::unique_ptr<DenseProduct> make_dense_product(const ConvGeometry& geometry,
                                                 const Tensor& weights) {
  return make_product(geometry, weights, 0, DType::kF32);
}

}  // namespace bitline
