#include "bitline/torch/torch_product.h"

#include "bitline/torch/libtorch.h"

namespace bitline {
namespace {

class TorchProduct : public DenseProduct {
 public:
  TorchProduct(const ConvGeometry& geometry, const at::Tensor& weights, std::int64_t pad_value)
      : geometry_(geometry),
        weights_(weights.view({geometry.out_channels, geometry.in_channels / geometry.groups,
                               geometry.kernel_height, geometry.kernel_width})),
        pad_value_(pad_value) {}

  std::string_view path() const override { return "a convolution of floats by LibTorch"; }
  Tensor run(const Tensor& activations) const override {
    const at::NoGradGuard no_grad;
    const ConvGeometry& g = geometry_;
    at::Tensor a = view_as_torch(activations)
                       .to(weights_.scalar_type())
                       .view({activations.dim(0), g.in_channels, g.in_height, g.in_width});
    Padding padding = g.padding;
    // LibTorch pads with zeros alone, and as much on both sides.
    if (pad_value_ != 0 || padding.top != padding.bottom || padding.left != padding.right) {
      a = at::constant_pad_nd(a, {padding.left, padding.right, padding.top, padding.bottom},
                              pad_value_);
      padding = 0;
    }
    return take_from_torch(at::conv2d(a, weights_, {}, {g.stride.height, g.stride.width},
                                      {padding.top, padding.left},
                                      {g.dilation.height, g.dilation.width}, g.groups));
  }

 private:
  ConvGeometry geometry_;
  at::Tensor weights_;
  std::int64_t pad_value_;
};

}  // namespace

std::unique_ptr<DenseProduct> make_torch_product(const ConvGeometry& geometry,
                                                 const Tensor& weights, std::int64_t pad_value,
                                                 DType held) {
  const auto type = held == DType::kF32 ? at::kFloat : at::kDouble;
  return std::make_unique<TorchProduct>(geometry, to_torch(weights).to(type), pad_value);
}

}  // namespace bitline
