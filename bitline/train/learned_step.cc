#include "bitline/train/learned_step.h"

#include <torch/csrc/autograd/custom_function.h>

#include <span>
#include <vector>

#include "bitline/quantize/fake_quantize.h"

namespace bitline {
namespace {

std::span<const float> floats(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

std::span<float> writable(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

at::Tensor same_layout(const at::Tensor& tensor, const at::Tensor& as) {
  return tensor.strides() == as.strides() ? tensor : at::empty_like(as).copy_(tensor);
}

class LearnedStep : public torch::autograd::Function<LearnedStep> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& value,
                            const at::Tensor& scale, const QuantSpec& spec, double factor) {
    context->save_for_backward({value, scale});
    context->saved_data["bits"] = static_cast<std::int64_t>(spec.bits);
    context->saved_data["is_signed"] = spec.is_signed;
    context->saved_data["narrow"] = spec.narrow;
    context->saved_data["odd"] = spec.odd;
    context->saved_data["divides"] = spec.rule == GridRule::kDivide;
    context->saved_data["zero_point"] = spec.zero_point;
    context->saved_data["factor"] = factor;
    at::Tensor output = at::empty_like(value);
    bitline::fake_quantize(floats(value), floats(scale), spec, writable(output));
    return output;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& value = saved[0];
    const at::Tensor& scale = saved[1];
    const at::Tensor above = same_layout(gradients[0], value);
    at::Tensor below = at::empty_like(value);
    std::vector<double> sums = fake_quantize_gradients(
        floats(value), floats(scale), spec_of(*context), floats(above), writable(below));
    at::Tensor step_gradient = at::tensor(sums, at::kDouble).view(scale.sizes());
    step_gradient *= context->saved_data["factor"].toDouble();
    return {below, step_gradient.to(at::kFloat), at::Tensor(), at::Tensor()};
  }

 private:
  static QuantSpec spec_of(torch::autograd::AutogradContext& context) {
    QuantSpec spec;
    spec.bits = static_cast<int>(context.saved_data["bits"].toInt());
    spec.is_signed = context.saved_data["is_signed"].toBool();
    spec.narrow = context.saved_data["narrow"].toBool();
    spec.odd = context.saved_data["odd"].toBool();
    spec.rule = context.saved_data["divides"].toBool() ? GridRule::kDivide : GridRule::kReciprocal;
    spec.zero_point = context.saved_data["zero_point"].toInt();
    return spec;
  }
};

/// `scale` as it is broadcast to `value`, its gradient times the factor.
at::Tensor step_with_factor(const at::Tensor& value, const at::Tensor& scale, int axis,
                            double factor) {
  std::vector<std::int64_t> shape{1};
  if (axis >= 0) {
    shape.assign(static_cast<std::size_t>(value.dim()), 1);
    shape[static_cast<std::size_t>(axis)] = -1;
  }
  const at::Tensor fixed = scale.detach();
  return (fixed + factor * (scale - fixed)).view(shape);
}

/// A − z in [minimum, maximum]: without its zero point, a grid is the ordinary one. LibTorch's
/// operator multiplies by 1/s, so that v / s is composed: x + (k − x) is k, and passes the gradient
/// of x straight through.
at::Tensor on_any_device(const at::Tensor& value, const at::Tensor& scale, const QuantSpec& spec,
                         std::int64_t minimum, std::int64_t maximum, double factor) {
  if (spec.rule == GridRule::kDivide) {
    const at::Tensor step = step_with_factor(value, scale, spec.axis, factor);
    const at::Tensor x = value / step;
    return (x + (x.round() - x).detach()).clamp(minimum, maximum) * step;
  }
  const at::Tensor zero = at::zeros_like(scale).detach();
  if (spec.axis < 0)
    return at::_fake_quantize_learnable_per_tensor_affine(value, scale, zero, minimum, maximum,
                                                          factor);
  return at::_fake_quantize_learnable_per_channel_affine(value, scale, zero, spec.axis, minimum,
                                                         maximum, factor);
}

/// The same on the grid of odd integers: w = s(2k + 1), so (w − s) / 2s is the ordinary integer k.
/// The step's gradient passes the shift by s with the factor too, or clipped weights would move the
/// step by 1 + f · 2k where equation (11) says f · (2k + 1).
at::Tensor odd_on_any_device(const at::Tensor& value, const at::Tensor& scale,
                             const QuantSpec& spec, double factor) {
  const std::int64_t half = std::int64_t{1} << (spec.bits - 1);
  const at::Tensor offset = step_with_factor(value, scale, spec.axis, factor);
  return on_any_device(value - offset, 2 * scale, spec, -half, half - 1, factor) + offset;
}

/// Whether one step's elements lie together in memory, as the chunks need it.
bool steps_lie_together(const at::Tensor& value, const at::Tensor& scale) {
  if (!value.is_non_overlapping_and_dense()) return false;
  return scale.numel() == 1 || value.stride(0) == value.numel() / value.size(0);
}

}  // namespace

at::Tensor learned_step(const at::Tensor& value, const at::Tensor& scale, const QuantSpec& spec,
                        double factor) {
  if (value.is_cpu() && spec.axis <= 0 && steps_lie_together(value, scale))
    return LearnedStep::apply(value, scale, spec, factor);
  if (spec.odd) return odd_on_any_device(value, scale, spec, factor);
  return on_any_device(value, scale, spec, spec.minimum() - spec.zero_point,
                       spec.maximum() - spec.zero_point, factor);
}

}  // namespace bitline
