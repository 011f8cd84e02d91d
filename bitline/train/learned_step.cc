#include "bitline/train/learned_step.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>

#include "bitline/base/rational.h"
#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

constexpr std::int64_t kChunk = 8192;

/// A dense tensor in the order of its memory, cut into chunks that lie within one step each.
class Chunks {
 public:
  Chunks(const at::Tensor& value, const at::Tensor& scale)
      : per_step_(value.numel() / scale.numel()),
        chunks_per_step_(ceil_div(per_step_, kChunk)),
        count_(scale.numel() * chunks_per_step_) {}

  std::int64_t count() const { return count_; }
  std::int64_t step_of(std::int64_t chunk) const { return chunk / chunks_per_step_; }
  std::int64_t begin(std::int64_t chunk) const {
    return step_of(chunk) * per_step_ + chunk % chunks_per_step_ * kChunk;
  }
  std::int64_t size(std::int64_t chunk) const {
    return std::min(kChunk, per_step_ - chunk % chunks_per_step_ * kChunk);
  }

  /// Calls `work` with every chunk, on all threads.
  template <typename Work>
  void for_each(const Work& work) const {
    at::parallel_for(0, count_, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t chunk = first; chunk < last; ++chunk) work(chunk);
    });
  }

 private:
  std::int64_t per_step_, chunks_per_step_, count_;
};

void quantize_chunk(const Grid grid, const float step, const float* value, float* output,
                    std::int64_t size) {
  if (grid.by_sign()) {
    for (std::int64_t i = 0; i < size; ++i) output[i] = step * Grid::sign(value[i]);
  } else {
    for (std::int64_t i = 0; i < size; ++i) output[i] = step * grid.nearest_level(value[i]);
  }
}

/// Writes the gradient of the value, and what every element adds to the step's, without f.
template <bool kBySign>
void differentiate_elements(const Grid grid, const float* value, const float* above, float* below,
                            float* step_terms, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) {
    const float level = kBySign ? Grid::sign(value[i]) : grid.nearest_level(value[i]);
    const float inside = grid.covers(value[i]) ? 1.0F : 0.0F;  // a factor: no branch
    below[i] = above[i] * inside;
    step_terms[i] = above[i] * (level - inside * grid.scaled(value[i]));
  }
}

/// Writes the gradient of the value; returns the step's, without f. Sixteen sums in a fixed order,
/// so that vectors can be used without the result depending on their width.
double differentiate_chunk(const Grid& grid, const float* value, const float* above, float* below,
                           std::int64_t size) {
  constexpr std::int64_t kSums = 16;
  constexpr std::int64_t kPart = 512;  // terms that stay in the nearest cache
  std::array<float, kSums> sums{};
  std::array<float, kPart> terms{};
  const auto differentiate =
      grid.by_sign() ? differentiate_elements<true> : differentiate_elements<false>;
  for (std::int64_t first = 0; first < size; first += kPart) {
    const std::int64_t count = std::min(kPart, size - first);
    differentiate(grid, value + first, above + first, below + first, terms.data(), count);
    for (std::int64_t i = 0; i < count; ++i)
      sums[static_cast<std::size_t>(i % kSums)] += terms[static_cast<std::size_t>(i)];
  }
  double total = 0;
  for (const float sum : sums) total += double{sum};
  return total;
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
    const Chunks chunks(value, scale);
    const float* from = value.data_ptr<float>();
    const float* steps = scale.data_ptr<float>();
    auto* to = output.data_ptr<float>();
    chunks.for_each([&](std::int64_t chunk) {
      const float step = steps[chunks.step_of(chunk)];
      const std::int64_t first = chunks.begin(chunk);
      quantize_chunk(Grid(spec, step), step, from + first, to + first, chunks.size(chunk));
    });
    return output;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& value = saved[0];
    const at::Tensor& scale = saved[1];
    const at::Tensor above = same_layout(gradients[0], value);
    at::Tensor below = at::empty_like(value);
    const QuantSpec spec = spec_of(*context);
    const Chunks chunks(value, scale);
    std::vector<double> sums(static_cast<std::size_t>(chunks.count()));
    chunks.for_each([&](std::int64_t chunk) {
      const Grid grid(spec, scale.data_ptr<float>()[chunks.step_of(chunk)]);
      const std::int64_t first = chunks.begin(chunk);
      sums[static_cast<std::size_t>(chunk)] = differentiate_chunk(
          grid, value.data_ptr<float>() + first, above.data_ptr<float>() + first,
          below.data_ptr<float>() + first, chunks.size(chunk));
    });
    at::Tensor step_gradient = at::zeros(scale.sizes(), at::kDouble);
    for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk)
      step_gradient.data_ptr<double>()[chunks.step_of(chunk)] +=
          sums[static_cast<std::size_t>(chunk)];
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
