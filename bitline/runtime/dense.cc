#include "bitline/runtime/dense.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "bitline/kernels/exact_layer.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/runtime/libtorch.h"

namespace bitline {

struct DenseLayer::Impl {
  ConvGeometry geometry;
  std::int64_t pad_value = 0;
  at::Tensor weights;
  std::optional<ExactLayer> exact;  // where it pays, and the instruction set still has it
};

namespace {

constexpr std::int64_t kExactFloat = std::int64_t{1} << 24;
constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;

std::int64_t largest_sum(const IntegerLayer& layer) {
  std::int64_t largest_weight = 0;
  for (const std::int32_t w : layer.weights.data<std::int32_t>())
    largest_weight = std::max<std::int64_t>(largest_weight, std::abs(w));
  return layer.geometry.fan_in() * largest_weight * (std::int64_t{1} << layer.input_bits);
}

at::Tensor kernel_shaped(const at::Tensor& weights, const ConvGeometry& g) {
  return weights.view({g.out_channels, g.in_channels / g.groups, g.kernel_height, g.kernel_width});
}

}  // namespace

DenseLayer::DenseLayer(const IntegerLayer& layer)
    : impl_(std::make_unique<Impl>(Impl{layer.geometry, layer.pad_value, {}, {}})) {
  const std::int64_t largest = largest_sum(layer);
  if (largest < kExactFloat && ExactLayer::pays(layer)) impl_->exact.emplace(layer);
  if (largest >= kExactDouble)
    fail("layer {}: sums up to {} do not fit a double exactly; use fewer bits", layer.name,
         largest);
  const at::Tensor weights =
      to_torch(layer.weights).to(largest < kExactFloat ? at::kFloat : at::kDouble);
  impl_->weights = kernel_shaped(weights, layer.geometry);
}

DenseLayer::DenseLayer(const ConvGeometry& geometry, const Tensor& weights)
    : impl_(std::make_unique<Impl>(
          Impl{geometry, 0, kernel_shaped(to_torch(weights), geometry), {}})) {}

DenseLayer::~DenseLayer() = default;
DenseLayer::DenseLayer(DenseLayer&&) noexcept = default;

Tensor DenseLayer::run(const Tensor& activations) const {
  const at::NoGradGuard no_grad;
  const ConvGeometry& g = impl_->geometry;
  if (impl_->exact && has_dot_products()) {
    Tensor sums(DType::kF32, {activations.dim(0), g.out_channels, g.out_height(), g.out_width()});
    impl_->exact->sum(activations.dim(0), activations.data<std::int32_t>(), sums.data<float>());
    return sums;
  }
  at::Tensor a = view_as_torch(activations)
                     .to(impl_->weights.scalar_type())
                     .view({activations.dim(0), g.in_channels, g.in_height, g.in_width});
  Padding padding = g.padding;
  // LibTorch pads with zeros alone, and as much on both sides.
  if (impl_->pad_value != 0 || padding.top != padding.bottom || padding.left != padding.right) {
    a = at::constant_pad_nd(a, {padding.left, padding.right, padding.top, padding.bottom},
                            impl_->pad_value);
    padding = 0;
  }
  return take_from_torch(at::conv2d(a, impl_->weights, {}, {g.stride.height, g.stride.width},
                                    {padding.top, padding.left},
                                    {g.dilation.height, g.dilation.width}, g.groups));
}

}  // namespace bitline
