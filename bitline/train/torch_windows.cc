#include "bitline/train/torch_windows.h"

#include <algorithm>
#include <array>
#include <limits>

#include "bitline/torch/onednn.h"

namespace bitline {
namespace {

std::array<std::int64_t, 2> pair_of(const Extents& extents) {
  return {extents.height, extents.width};
}

constexpr std::array<std::int64_t, 2> kNone{0, 0};

/// LibTorch pads by itself when both sides of an axis get the same.
bool is_even(const Padding& p) { return p.top == p.bottom && p.left == p.right; }

std::array<std::int64_t, 2> pair_of_padding(const Padding& p) { return {p.top, p.left}; }

at::Tensor padded(const at::Tensor& x, const Padding& padding, double value) {
  if (!padding.any()) return x;
  return at::constant_pad_nd(x, {padding.left, padding.right, padding.top, padding.bottom}, value);
}

/// The windows' padding, and behind it what the last window overhangs.
Padding with_overhang(const Windows& w, const at::Tensor& x) {
  const auto overhang = [&](std::int64_t size, std::int64_t kernel, std::int64_t stride,
                            std::int64_t dilation, std::int64_t padding) {
    const std::int64_t count = window_count(size, kernel, stride, dilation, padding, w.ceil);
    const std::int64_t end = (count - 1) * stride + window_extent(kernel, dilation);
    return std::max<std::int64_t>(end - size - padding, 0);
  };
  Padding padding = w.padding;
  padding.bottom += overhang(x.size(2), w.kernel.height, w.stride.height, w.dilation.height,
                             w.padding.top + w.padding.bottom);
  padding.right += overhang(x.size(3), w.kernel.width, w.stride.width, w.dilation.width,
                            w.padding.left + w.padding.right);
  return padding;
}

Conv without_padding(Conv conv) {
  conv.padding = 0;
  return conv;
}

/// The pixels that a 1×1 convolution reads.
at::Tensor strided_pixels(const at::Tensor& x, const Extents& stride) {
  return x.slice(2, 0, c10::nullopt, stride.height).slice(3, 0, c10::nullopt, stride.width);
}

/// Whether the pixels of a 1×1 convolution have to be picked before it, as oneDNN must not do it.
bool hides_stride(const Conv& conv, const at::Tensor& x, const at::Tensor& weight) {
  const Extents& s = conv.stride;
  const bool is_pointwise = weight.size(2) == 1 && weight.size(3) == 1 && conv.groups == 1;
  if (!is_pointwise || (s.height == 1 && s.width == 1) || conv.padding.any()) return false;
  const std::int64_t rows = (x.size(2) - 1) / s.height + 1;
  const std::int64_t columns = (x.size(3) - 1) / s.width + 1;
  return strided_gradient_overruns(x.size(1), rows * columns);
}

/// Sums over the windows of x, which is padded already: [planes, 1, height, width].
at::Tensor window_sums(const Windows& windows, const at::Tensor& x) {
  const at::Tensor ones =
      at::ones({1, 1, windows.kernel.height, windows.kernel.width}, x.options());
  return at::conv2d(x, ones, {}, pair_of(windows.stride), at::IntArrayRef({0, 0}),
                    pair_of(windows.dilation));
}

}  // namespace

at::Tensor conv_in_torch(const Conv& conv, const at::Tensor& x, const at::Tensor& weight,
                         const at::Tensor& bias) {
  if (!is_even(conv.padding))
    return conv_in_torch(without_padding(conv), padded(x, conv.padding, 0), weight, bias);
  if (hides_stride(conv, x, weight))
    return at::conv2d(strided_pixels(x, conv.stride), weight, bias);
  return at::conv2d(x, weight, bias, pair_of(conv.stride), pair_of_padding(conv.padding),
                    pair_of(conv.dilation), conv.groups);
}

std::pair<at::Tensor, at::Tensor> conv_gradients_in_torch(const Conv& conv, const at::Tensor& x,
                                                          const at::Tensor& weight,
                                                          const at::Tensor& above) {
  const Padding& p = conv.padding;
  if (!is_even(p)) {
    const auto [of_image, of_weight] =
        conv_gradients_in_torch(without_padding(conv), padded(x, p, 0), weight, above);
    return {of_image.slice(2, p.top, p.top + x.size(2)).slice(3, p.left, p.left + x.size(3)),
            of_weight};
  }
  if (hides_stride(conv, x, weight)) {
    const auto [of_pixels, of_weight] =
        conv_gradients_in_torch({}, strided_pixels(x, conv.stride), weight, above);
    const at::Tensor of_x = at::zeros_like(x);
    strided_pixels(of_x, conv.stride).copy_(of_pixels);
    return {of_x, of_weight};
  }
  const auto [of_x, of_weight, of_bias] = at::convolution_backward(
      above, x, weight, c10::nullopt, pair_of(conv.stride), pair_of_padding(p),
      pair_of(conv.dilation), false, kNone, conv.groups, {true, true, false});
  return {of_x, of_weight};
}

at::Tensor conv_transpose_in_torch(const ConvTranspose& conv, const at::Tensor& x,
                                   const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor whole =
      at::conv_transpose2d(x, weight, {}, pair_of(conv.stride), at::IntArrayRef({0, 0}),
                           at::IntArrayRef({0, 0}), conv.groups, pair_of(conv.dilation));
  const Padding& p = conv.padding;
  const Padding crop(-p.top, -p.left, conv.output_padding.height - p.bottom,
                     conv.output_padding.width - p.right);
  const at::Tensor sums = padded(whole, crop, 0);
  return bias.defined() ? sums + bias.view({1, -1, 1, 1}) : sums;
}

at::Tensor max_pool_in_torch(const Windows& windows, const at::Tensor& x) {
  const at::Tensor image = padded(x, with_overhang(windows, x),
                                  static_cast<double>(std::numeric_limits<float>::lowest()));
  return at::max_pool2d(image, pair_of(windows.kernel), pair_of(windows.stride),
                        at::IntArrayRef({0, 0}), pair_of(windows.dilation));
}

at::Tensor average_pool_in_torch(const AveragePool& pool, const at::Tensor& x) {
  const Windows& windows = pool.windows;
  const Padding whole = with_overhang(windows, x);
  // Ones where a place counts, zeros where it does not.
  const Padding& own = windows.padding;
  const Padding overhang(0, 0, whole.bottom - own.bottom, whole.right - own.right);
  const at::Tensor image = at::ones({1, 1, x.size(2), x.size(3)}, x.options());
  const at::Tensor places =
      pool.count_padding ? padded(padded(image, own, 1), overhang, 0) : padded(image, whole, 0);
  const at::Tensor counts = window_sums(windows, places).clamp_min(1);
  const at::Tensor planes = x.reshape({x.size(0) * x.size(1), 1, x.size(2), x.size(3)});
  const at::Tensor sums = window_sums(windows, padded(planes, whole, 0));
  return (sums / counts).view({x.size(0), x.size(1), sums.size(2), sums.size(3)});
}

}  // namespace bitline
