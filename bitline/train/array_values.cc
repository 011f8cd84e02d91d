#include "bitline/train/array_values.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "bitline/base/parallel.h"
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

at::Tensor empty_channels_last(at::IntArrayRef shape) {
  return at::empty(shape,
                   at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
}

/// Images of a value that goes_through_array(), as integers.
class OntoArray {
 public:
  OntoArray(const at::Tensor& value, const at::Tensor& scale, std::int64_t zero_point)
      : values_(value.data_ptr<float>()),
        step_(scale.item<float>()),
        zero_(static_cast<std::int32_t>(zero_point)),
        channels_(value.size(1)),
        pixels_(value.size(2) * value.size(3)) {}

  std::int64_t image_size() const { return channels_ * pixels_; }
  void write(std::int64_t image, std::int32_t* integers) const {
    transpose(values_ + image * image_size(), integers, pixels_, channels_,
              [this](float v, std::int64_t) { return nearest(v / step_) + zero_; });
  }

 private:
  const float* values_;
  float step_;
  std::int32_t zero_;
  std::int64_t channels_;
  std::int64_t pixels_;
};

/// Totals, image by image, as real numbers with their channels last.
class OffArray {
 public:
  OffArray(at::Tensor& result, const at::Tensor& factor, const at::Tensor& offset)
      : results_(result.data_ptr<float>()),
        factors_(factor.data_ptr<float>()),
        offsets_(offset.data_ptr<float>()),
        channels_(result.size(1)),
        pixels_(result.size(2) * result.size(3)) {}

  std::int64_t image_size() const { return channels_ * pixels_; }
  void read(const std::int64_t* totals, std::int64_t image) const {
    transpose(totals, results_ + image * image_size(), channels_, pixels_,
              [this](std::int64_t total, std::int64_t channel) {
                return static_cast<float>(total) * factors_[channel] - offsets_[channel];
              });
  }

 private:
  float* results_;
  const float* factors_;
  const float* offsets_;
  std::int64_t channels_;
  std::int64_t pixels_;
};

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
  if (!goes_through_array(value))
    return ((value / scale).round_() + zero_point).to(at::kInt).contiguous();
  const OntoArray onto(value, scale, zero_point);
  at::Tensor result = at::empty(value.sizes(), at::kInt);
  for_each(value.size(0), [&](std::int64_t image) {
    onto.write(image, result.data_ptr<std::int32_t>() + image * onto.image_size());
  });
  return result;
}

at::Tensor off_array(const at::Tensor& totals, const at::Tensor& factor, const at::Tensor& offset) {
  if (!totals.is_cpu())
    return (totals * factor.view({1, -1, 1, 1}) - offset.view({1, -1, 1, 1}))
        .contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor planes = totals.contiguous();
  at::Tensor result = empty_channels_last(totals.sizes());
  const OffArray off(result, factor, offset);
  for_each(totals.size(0), [&](std::int64_t image) {
    off.read(planes.data_ptr<std::int64_t>() + image * off.image_size(), image);
  });
  return result;
}

bool goes_through_array(const at::Tensor& value) {
  return value.is_cpu() && value.dim() == 4 && value.is_contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor through_array(const at::Tensor& value, const at::Tensor& scale, std::int64_t zero_point,
                         const at::Tensor& factor, const at::Tensor& offset, at::IntArrayRef totals,
                         const Accumulate& accumulate) {
  constexpr std::int64_t kNumbersAtOnce = 1 << 15;
  const std::int64_t images = value.size(0);
  at::Tensor result = empty_channels_last({images, totals[0], totals[1], totals[2]});
  const OntoArray onto(value, scale, zero_point);
  const OffArray off(result, factor, offset);
  const std::int64_t at_once =
      std::clamp<std::int64_t>(kNumbersAtOnce / (onto.image_size() + off.image_size()), 1, images);
  parallel_for(0, ceil_div(images, at_once), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int32_t> integers(static_cast<std::size_t>(at_once * onto.image_size()));
    std::vector<std::int64_t> sums(static_cast<std::size_t>(at_once * off.image_size()));
    for (std::int64_t first = begin * at_once; first < std::min(images, end * at_once);
         first += at_once) {
      const std::int64_t count = std::min(at_once, images - first);
      for (std::int64_t i = 0; i < count; ++i)
        onto.write(first + i, integers.data() + i * onto.image_size());
      accumulate(count,
                 std::span(integers).first(static_cast<std::size_t>(count * onto.image_size())),
                 std::span(sums).first(static_cast<std::size_t>(count * off.image_size())));
      for (std::int64_t i = 0; i < count; ++i)
        off.read(sums.data() + i * off.image_size(), first + i);
    }
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
