// The transposed convolution.
#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {
namespace {

struct Size {
  std::int64_t height, width;
  std::int64_t area() const { return height * width; }
};

/// Adds what one input plane gives to one output plane through one kernel. Every place of the
/// output gets at most one product per entry of the kernel, so going through the kernel outside
/// keeps the stated order of each sum.
void spread(const ConvTranspose& conv, const float* from, Size in, const float* kernel,
            Size kernel_size, float* to, Size out) {
  for (std::int64_t v = 0; v < kernel_size.height; ++v)
    for (std::int64_t u = 0; u < kernel_size.width; ++u) {
      const float weight = kernel[v * kernel_size.width + u];
      const std::int64_t down = v * conv.dilation.height - conv.padding.top;
      const std::int64_t right = u * conv.dilation.width - conv.padding.left;
      const std::int64_t first =
          std::clamp<std::int64_t>(ceil_div(-right, conv.stride.width), 0, in.width);
      const std::int64_t last =
          std::clamp<std::int64_t>(ceil_div(out.width - right, conv.stride.width), 0, in.width);
      for (std::int64_t y = 0; y < in.height; ++y) {
        const std::int64_t row = y * conv.stride.height + down;
        if (row < 0 || row >= out.height) continue;
        const float* x = from + y * in.width;
        float* sums = to + row * out.width;
        for (std::int64_t i = first; i < last; ++i)
          sums[i * conv.stride.width + right] += weight * x[i];
      }
    }
}

void require_shapes(const ConvTranspose& conv, const Tensor& x, const Tensor& weight,
                    const Tensor& bias) {
  if (x.shape().size() != 4 || weight.shape().size() != 4 || conv.groups < 1 ||
      x.dim(1) % conv.groups != 0 || weight.dim(0) != x.dim(1))
    fail("a transposed convolution in {} groups of a tensor of shape {} with weights {}",
         conv.groups, to_string(x.shape()), to_string(weight.shape()));
  if (bias.size() != 0 && bias.size() != weight.dim(1) * conv.groups)
    fail("{} biases for {} channels of a transposed convolution", bias.size(),
         weight.dim(1) * conv.groups);
}

}  // namespace

Tensor conv_transpose(const ConvTranspose& conv, const Tensor& x, const Tensor& weight,
                      const Tensor& bias) {
  require_shapes(conv, x, weight, bias);
  const Size in{x.dim(2), x.dim(3)};
  const Size kernel{weight.dim(2), weight.dim(3)};
  const Size out{
      transposed_extent(in.height, kernel.height, conv.stride.height, conv.dilation.height,
                        conv.padding.top + conv.padding.bottom, conv.output_padding.height),
      transposed_extent(in.width, kernel.width, conv.stride.width, conv.dilation.width,
                        conv.padding.left + conv.padding.right, conv.output_padding.width)};
  const std::int64_t group_in = x.dim(1) / conv.groups;
  const std::int64_t group_out = weight.dim(1);
  const std::int64_t channels = group_out * conv.groups;
  Tensor y(DType::kF32, {x.dim(0), channels, out.height, out.width});
  const float* from = x.data<float>().data();
  const float* weights = weight.data<float>().data();
  float* to = y.data<float>().data();
  parallel_for(0, x.dim(0) * channels, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      const std::int64_t image = plane / channels;
      const std::int64_t o = plane % channels;
      float* sums = to + plane * out.area();
      if (bias.size() != 0)
        std::fill_n(sums, out.area(), bias.data<float>()[static_cast<std::size_t>(o)]);
      const std::int64_t first = o / group_out * group_in;
      for (std::int64_t c = first; c < first + group_in; ++c)
        spread(conv, from + (image * x.dim(1) + c) * in.area(), in,
               weights + (c * group_out + o % group_out) * kernel.area(), kernel, sums, out);
    }
  });
  return y;
}

}  // namespace bitline::digital
