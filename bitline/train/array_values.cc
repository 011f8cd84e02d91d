#include "bitline/train/array_values.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "bitline/base/rational.h"

namespace bitline {
namespace {

constexpr std::int64_t kSide = 16;  // of a tile: a cache line of 32 bits each

/// Writes the matrix [rows, columns] as [columns, rows], every element as `convert(element, row)`.
/// In tiles that the nearest cache holds: one side of it has to be read or written with a stride.
template <typename From, typename To, typename Convert>
void transpose(const From* from, To* to, std::int64_t rows, std::int64_t columns,
               const Convert& convert) {
  // With extents that are constants the loops become vectors.
  const auto one_tile = [&](std::int64_t row, std::int64_t column, auto height, auto width) {
    To tile[kSide][kSide];
    for (std::int64_t r = 0; r < height; ++r)
      for (std::int64_t c = 0; c < width; ++c)
        tile[r][c] = convert(from[(row + r) * columns + column + c], row + r);
    for (std::int64_t c = 0; c < width; ++c)
      for (std::int64_t r = 0; r < height; ++r) to[(column + c) * rows + row + r] = tile[r][c];
  };
  constexpr std::integral_constant<std::int64_t, kSide> kWhole;
  for (std::int64_t row = 0; row < rows; row += kSide)
    for (std::int64_t column = 0; column < columns; column += kSide)
      if (row + kSide <= rows && column + kSide <= columns)
        one_tile(row, column, kWhole, kWhole);
      else
        one_tile(row, column, std::min(kSide, rows - row), std::min(kSide, columns - column));
}

/// Calls `work(i)` for 0 … count − 1 on all threads.
template <typename Work>
void for_each(std::int64_t count, const Work& work) {
  at::parallel_for(0, count, 1, [&work](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i);
  });
}

/// Round half to even, as Grid does it.
std::int32_t nearest(float quotient) {
  constexpr float kMost = 4194304.0F;    // 2^22
  constexpr float kShift = 12582912.0F;  // 1.5 · 2^23
  const float clamped = std::min(std::max(-kMost, quotient), kMost);
  return static_cast<std::int32_t>((clamped + kShift) - kShift);
}

bool is_channels_last(const at::Tensor& value) {
  return value.dim() == 4 && value.is_contiguous(at::MemoryFormat::ChannelsLast);
}

/// By channel: Σ e, Σ v, Σ e², Σ e v over some rows of exact values, from which the channel's first
/// one is taken off (alike, they give 0), and of the values behind the ADCs.
using Moments = std::array<std::vector<double>, 4>;

/// Of the rows [begin, end) of two matrices [rows, channels]. Few rows are summed in float32.
Moments moments(const float* exact, const float* value, std::int64_t channels, std::int64_t begin,
                std::int64_t end) {
  constexpr std::int64_t kRowsInFloat = 64;
  const auto size = static_cast<std::size_t>(channels);
  Moments sums;
  std::array<std::vector<float>, 4> few;
  sums.fill(std::vector<double>(size));
  for (std::int64_t first = begin; first < end; first += kRowsInFloat) {
    few.fill(std::vector<float>(size));
    auto [e_sum, v_sum, square, product] =
        std::array{few[0].data(), few[1].data(), few[2].data(), few[3].data()};
    for (std::int64_t row = first; row < std::min(end, first + kRowsInFloat); ++row)
      for (std::int64_t c = 0; c < channels; ++c) {
        const float e = exact[row * channels + c] - exact[c];
        const float v = value[row * channels + c];
        e_sum[c] += e;
        v_sum[c] += v;
        square[c] += e * e;
        product[c] += e * v;
      }
    for (std::size_t k = 0; k < few.size(); ++k)
      std::ranges::transform(sums[k], few[k], sums[k].begin(),
                             [](double sum, float part) { return sum + double{part}; });
  }
  return sums;
}

/// The slope from the sums over `rows` rows.
float slope_of(const Moments& sums, std::size_t channel, double rows) {
  const double e_sum = sums[0][channel];
  const double spread = sums[2][channel] - e_sum * e_sum / rows;
  if (!(spread > 0)) return 1;
  return static_cast<float>((sums[3][channel] - e_sum * sums[1][channel] / rows) / spread);
}

/// Σ over chunks of a fixed size in their order, whatever the number of threads.
at::Tensor slopes_of_rows(const float* exact, const float* value, std::int64_t rows,
                          std::int64_t channels) {
  constexpr std::int64_t kRows = 1024;
  std::vector<Moments> chunks(static_cast<std::size_t>(ceil_div(rows, kRows)));
  for_each(std::ssize(chunks), [&](std::int64_t chunk) {
    chunks[static_cast<std::size_t>(chunk)] =
        moments(exact, value, channels, chunk * kRows, std::min(rows, (chunk + 1) * kRows));
  });
  Moments total = std::move(chunks[0]);
  for (std::size_t chunk = 1; chunk < chunks.size(); ++chunk)
    for (std::size_t k = 0; k < total.size(); ++k)
      std::ranges::transform(total[k], chunks[chunk][k], total[k].begin(), std::plus<>());
  at::Tensor slopes = at::empty({channels}, at::kFloat);
  for (std::int64_t c = 0; c < channels; ++c)
    slopes.data_ptr<float>()[c] =
        slope_of(total, static_cast<std::size_t>(c), static_cast<double>(rows));
  return slopes;
}

}  // namespace

at::Tensor onto_array(const at::Tensor& value, const at::Tensor& scale, std::int64_t zero_point) {
  if (!value.is_cpu() || !is_channels_last(value))
    return ((value / scale).round_() + zero_point).to(at::kInt).contiguous();
  const auto step = scale.item<float>();
  const auto zero = static_cast<std::int32_t>(zero_point);
  const std::int64_t channels = value.size(1);
  const std::int64_t pixels = value.size(2) * value.size(3);
  at::Tensor result = at::empty(value.sizes(), at::kInt);
  for_each(value.size(0), [&](std::int64_t image) {
    const std::int64_t offset = image * channels * pixels;
    transpose(value.data_ptr<float>() + offset, result.data_ptr<std::int32_t>() + offset, pixels,
              channels, [&](float v, std::int64_t) { return nearest(v / step) + zero; });
  });
  return result;
}

at::Tensor off_array(const at::Tensor& totals, const at::Tensor& factor, const at::Tensor& offset) {
  if (!totals.is_cpu())
    return (totals * factor.view({1, -1, 1, 1}) - offset.view({1, -1, 1, 1}))
        .contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t channels = totals.size(1);
  const std::int64_t pixels = totals.size(2) * totals.size(3);
  const at::Tensor planes = totals.contiguous();
  const float* factors = factor.data_ptr<float>();
  const float* offsets = offset.data_ptr<float>();
  at::Tensor result = at::empty(
      totals.sizes(), at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
  for_each(totals.size(0), [&](std::int64_t image) {
    const std::int64_t first = image * channels * pixels;
    transpose(planes.data_ptr<std::int64_t>() + first, result.data_ptr<float>() + first, channels,
              pixels, [&](std::int64_t total, std::int64_t channel) {
                return static_cast<float>(total) * factors[channel] - offsets[channel];
              });
  });
  return result;
}

at::Tensor least_squares_slopes(const at::Tensor& exact, const at::Tensor& value,
                                std::int64_t channel_axis) {
  const auto as_rows = [channel_axis](const at::Tensor& tensor) {
    return tensor.movedim(channel_axis, -1).contiguous().view({-1, tensor.size(channel_axis)});
  };
  const at::Tensor e = as_rows(exact);
  const at::Tensor v = as_rows(value);
  if (e.is_cpu())
    return slopes_of_rows(e.data_ptr<float>(), v.data_ptr<float>(), e.size(0), e.size(1));
  const at::Tensor centred = e - e.mean(0);
  const at::Tensor spread = (centred * centred).sum(0);
  return at::where(spread > 0, (centred * v).sum(0) / spread, at::ones_like(spread));
}

}  // namespace bitline
