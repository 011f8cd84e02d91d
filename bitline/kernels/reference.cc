#include "bitline/kernels/reference.h"

#include <algorithm>
#include <numeric>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// A_k: the activations that one output position sums, over the fan-in in (c, y, x) order.
std::vector<std::int64_t> receptive_field(const CimLayer& layer,
                                          std::span<const std::int32_t> image, std::int64_t group,
                                          std::int64_t out_y, std::int64_t out_x) {
  const ConvGeometry& g = layer.geometry;
  const std::int64_t channels = g.in_channels / g.groups;
  std::vector<std::int64_t> field;
  for (std::int64_t c = group * channels; c < (group + 1) * channels; ++c)
    for (std::int64_t ky = 0; ky < g.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < g.kernel_width; ++kx) {
        const std::int64_t y = out_y * g.stride.height + ky * g.dilation.height - g.padding.top;
        const std::int64_t x = out_x * g.stride.width + kx * g.dilation.width - g.padding.left;
        const bool inside = 0 <= y && y < g.in_height && 0 <= x && x < g.in_width;
        const auto position = static_cast<std::size_t>((c * g.in_height + y) * g.in_width + x);
        field.push_back(inside ? image[position] : layer.pad_value);
      }
  return field;
}

/// One output of one image; equations (1) to (6).
class Output {
 public:
  Output(const CimLayer& layer, const LayerAdc& adc, std::vector<std::int64_t> field,
         std::int64_t out_channel, LayerHistogram* histogram)
      : layer_(layer),
        adc_(adc),
        field_(std::move(field)),
        out_channel_(out_channel),
        histogram_(histogram) {}

  /// (6) Y_int.
  std::int64_t accumulate() {
    std::int64_t sum = 0;
    std::int64_t bias_sum = 0;
    std::int64_t complement_sum = 0;
    std::int64_t reference_sum = 0;
    for (std::size_t t = 0; t < layer_.tiles.size(); ++t)
      for (std::size_t j = 0; j < layer_.streams.weights.size(); ++j) {
        const std::int64_t digit_sum = digit_sum_of(t, j);
        for (std::size_t i = 0; i < layer_.planes.weights.size(); ++i) {
          const std::int64_t factor = layer_.planes.weights[i] * layer_.streams.weights[j];
          sum += sign(i, t) * factor * read(t, i, j);
          bias_sum += sign(i, t) * factor * (bias(t, i, 0) - bias(t, i, 1));
          if (sign(i, t) < 0) complement_sum += factor * layer_.planes.flip_totals[i] * digit_sum;
        }
        if (layer_.has_reference_column())
          reference_sum += layer_.streams.weights[j] * adc_.reference.value(digit_sum);
      }
    const std::int64_t input_sum = std::accumulate(field_.begin(), field_.end(), std::int64_t{0});
    return adc_.adc_factor * sum + adc_.complement_factor * complement_sum -
           adc_.reference_factor * reference_sum - adc_.input_sum_factor * input_sum -
           adc_.bias_factor * bias_sum;
  }

 private:
  /// (2a) s of the output channel's column.
  std::int64_t sign(std::size_t plane, std::size_t tile) const {
    return layer_.planes.sign(static_cast<std::int64_t>(plane), out_channel_,
                              static_cast<std::int64_t>(tile));
  }

  /// (2) b_i of the fan-in's row, as it is stored.
  std::int64_t cell(std::size_t plane, std::int64_t row) const {
    const std::int64_t fan_in = layer_.geometry.fan_in();
    const std::int64_t matrix =
        static_cast<std::int64_t>(plane) * layer_.geometry.out_channels + out_channel_;
    const auto digits = layer_.planes.digits.data<std::int8_t>();
    return digits[static_cast<std::size_t>(matrix * fan_in + row)];
  }

  /// (1) x_j of the fan-in's row.
  std::int64_t input(std::size_t stream, std::int64_t row) const {
    return layer_.streams.digit(field_[static_cast<std::size_t>(row)],
                                static_cast<std::int64_t>(stream));
  }

  /// (5p) h of the output channel's column; of the second half of a pair, which only one that is
  /// subtracted digitally has.
  std::int64_t bias(std::size_t tile, std::size_t plane, std::size_t half) const {
    const std::size_t halves = layer_.subtract_digitally ? 2 : 1;
    if (adc_.column_bias.empty() || half == halves) return 0;
    const auto channels = static_cast<std::size_t>(layer_.geometry.out_channels);
    const std::size_t column =
        (plane * halves + half) * channels + static_cast<std::size_t>(out_channel_);
    return adc_.column_bias[column * layer_.tiles.size() + tile];
  }

  /// (5) The ADC's value for one column's sum p, of which it sees p + h.
  std::int64_t convert(std::int64_t p, std::int64_t h, std::size_t t, std::size_t i,
                       std::size_t j) {
    if (histogram_ != nullptr)
      histogram_
          ->of(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j),
               static_cast<std::int64_t>(t))
          .add(p);
    return adc_.table(j).value(p + h);
  }

  /// (3) The partial sum of tile t, plane i and stream j, and (5) what is read of it. A pair that
  /// is subtracted digitally takes two conversions.
  std::int64_t read(std::size_t t, std::size_t i, std::size_t j) {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    for (const std::int64_t row : layer_.tiles[t]) {
      const std::int64_t b = cell(i, row);
      const std::int64_t x = input(j, row);
      positive += std::max<std::int64_t>(b, 0) * x;
      negative += std::max<std::int64_t>(-b, 0) * x;
    }
    const std::int64_t h = bias(t, i, 0);
    if (!layer_.subtract_digitally) return convert(positive - negative, h, t, i, j);
    return convert(positive, h, t, i, j) - convert(negative, bias(t, i, 1), t, i, j);
  }

  /// Σ_{r ∈ t} x_j[r]: also (3) of the reference column, all of whose cells hold 1.
  std::int64_t digit_sum_of(std::size_t t, std::size_t j) const {
    std::int64_t p = 0;
    for (const std::int64_t row : layer_.tiles[t]) p += input(j, row);
    return p;
  }

  const CimLayer& layer_;
  const LayerAdc& adc_;
  std::vector<std::int64_t> field_;
  std::int64_t out_channel_;
  LayerHistogram* histogram_;
};

/// (1) The streams recombine to each activation, and nothing is read or written outside.
void check(const CimLayer& layer, std::int64_t images, std::span<const std::int32_t> activations,
           std::span<std::int64_t> outputs) {
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(activations.size()),
                   images * layer.geometry.in_size());
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(outputs.size()), images * layer.geometry.out_size());
  for (const std::int32_t activation : activations)
    BITLINE_CHECK_EQ(layer.streams.recombine(activation), activation);
}

}  // namespace

void reference_accumulate(const CimLayer& layer, const LayerAdc& adc, std::int64_t images,
                          std::span<const std::int32_t> activations,
                          std::span<std::int64_t> outputs, LayerHistogram* histogram) {
  check(layer, images, activations, outputs);
  const ConvGeometry& g = layer.geometry;
  const std::int64_t channels_per_group = g.out_channels / g.groups;
  auto output = outputs.begin();
  for (std::int64_t n = 0; n < images; ++n) {
    const auto image = activations.subspan(static_cast<std::size_t>(n * g.in_size()),
                                           static_cast<std::size_t>(g.in_size()));
    for (std::int64_t o = 0; o < g.out_channels; ++o)
      for (std::int64_t y = 0; y < g.out_height(); ++y)
        for (std::int64_t x = 0; x < g.out_width(); ++x)
          *output++ =
              Output(layer, adc, receptive_field(layer, image, o / channels_per_group, y, x), o,
                     histogram)
                  .accumulate();
  }
}

}  // namespace bitline
