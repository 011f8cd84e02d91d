#include "bitline/train/torch_windows.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

constexpr std::int64_t kImages = 2;
constexpr std::int64_t kOutChannels = 5;

/// The pixels of even row and column.
at::Tensor even(const at::Tensor& images) {
  return images.slice(2, 0, c10::nullopt, 2).slice(3, 0, c10::nullopt, 2);
}

/// The number of the channel in even pixels, 100 elsewhere.
at::Tensor numbered_channels(std::int64_t channels, std::int64_t size) {
  at::Tensor x =
      at::full({kImages, channels, size, size}, 100.0F).contiguous(at::MemoryFormat::ChannelsLast);
  even(x).copy_(at::arange(channels, at::kFloat).view({1, -1, 1, 1}));
  return x;
}

/// With gradients of 1 above and weights of 1.
void expect_gradients(const at::Tensor& of_x, const at::Tensor& of_weight, std::int64_t places) {
  const at::Tensor expected = at::zeros_like(of_x);
  even(expected).fill_(kOutChannels);
  EXPECT_TRUE(of_x.equal(expected));
  const at::Tensor sums = at::arange(of_x.size(1), at::kFloat) * (kImages * places);
  EXPECT_TRUE(of_weight.equal(sums.view({1, -1, 1, 1}).expand_as(of_weight)));
}

/// A 1×1 convolution of stride 2 over size × size pixels, those of the padding among them.
void expect_every_second_pixel(std::int64_t channels, std::int64_t size, const Padding& padding) {
  SCOPED_TRACE(::testing::Message() << channels << " channels, " << size << " pixels");
  Conv conv;
  conv.stride = 2;
  conv.padding = padding;
  const at::Tensor x = numbered_channels(channels, size - padding.bottom).requires_grad_(true);
  const at::Tensor weight = at::ones({kOutChannels, channels, 1, 1})
                                .contiguous(at::MemoryFormat::ChannelsLast)
                                .requires_grad_(true);
  const at::Tensor y = conv_in_torch(conv, x, weight, {});
  const std::int64_t side = size / 2;
  const std::int64_t sum = channels * (channels - 1) / 2;
  EXPECT_TRUE(y.equal(at::full({kImages, kOutChannels, side, side}, sum, at::kFloat)));
  y.sum().backward();
  expect_gradients(x.grad(), weight.grad(), side * side);
  const auto [of_x, of_weight] =
      conv_gradients_in_torch(conv, x.detach(), weight.detach(), at::ones_like(y));
  expect_gradients(of_x, of_weight, side * side);
}

/// Numbers of channels around that of the floats in a vector.
void expect_every_second_pixel() {
  for (const std::int64_t channels : {1, 3, 7, 8, 9, 15, 16})
    for (const std::int64_t size : {8, 64}) {
      expect_every_second_pixel(channels, size, 0);
      expect_every_second_pixel(channels, size, {0, 0, 1, 1});
    }
}

// CTest runs it under valgrind too, since oneDNN writes behind its memory here (torch/onednn.h)
// and still gives the right result.
TEST(TorchWindows, APointwiseConvolutionWithStrideReadsAndTeachesEverySecondPixel) {
  expect_every_second_pixel();
}

TEST(TorchWindows, ThreadsMayShareAnImageOfAPointwiseConvolutionWithStride) {
  const int threads = at::get_num_threads();
  at::set_num_threads(3);  // for two images
  expect_every_second_pixel();
  at::set_num_threads(threads);
}

}  // namespace
}  // namespace bitline
