#include "bitline/torch/composed_layer.h"

#include <algorithm>

#include "bitline/mapping/cell_digits.h"

namespace bitline {
namespace {

constexpr std::int64_t kChunkElements = std::int64_t{1} << 22;  // floats of one unfolded chunk

void count(const at::Tensor& p, Histogram& histogram) {
  const at::Tensor shifted = (p.to(at::kLong) - histogram.minimum()).flatten();
  const at::Tensor counts =
      at::bincount(shifted, {}, static_cast<std::int64_t>(histogram.counts().size())).cpu();
  const auto* from = counts.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) histogram.counts()[i] += from[i];
}

}  // namespace

ComposedLayer::ComposedLayer(const CimLayer& layer, at::Device device)
    : layer_(layer), device_(device) {
  const ConvGeometry& g = layer.geometry;
  planes_ = to_torch(all_cell_digits(layer))
                .to(device, at::kFloat)
                .view({layer.planes.count(), g.groups, g.out_channels / g.groups, g.fan_in()});
  for (const Tile& tile : layer.tiles) tiles_.push_back(at::tensor(tile, at::kLong).to(device));
  if (layer.planes.has_flips())
    signs_ = to_torch(layer.planes.signs)
                 .to(device, at::kLong)
                 .view({layer.planes.count(), g.groups, g.out_channels / g.groups, 1, -1});
}

at::Tensor ComposedLayer::accumulate(const LayerAdc& adc, const at::Tensor& activations,
                                     LayerHistogram* histogram) const {
  const ConvGeometry& g = layer_.geometry;
  const std::int64_t images = activations.size(0);
  const std::int64_t per_image = g.groups * g.fan_in() * g.out_positions();
  const std::int64_t chunk = std::max<std::int64_t>(1, kChunkElements / per_image);
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < images; first += chunk) {
    const std::int64_t last = std::min(first + chunk, images);
    parts.push_back(accumulate_chunk(adc, unfold(activations.slice(0, first, last)), histogram));
  }
  return at::cat(parts).view({images, g.out_channels, g.out_height(), g.out_width()});
}

/// Activations as [images, groups, fan_in, positions], padded with the layer's pad value.
at::Tensor ComposedLayer::unfold(const at::Tensor& activations) const {
  const ConvGeometry& g = layer_.geometry;
  at::Tensor a = at::constant_pad_nd(
      activations.to(at::kFloat),
      {g.padding.left, g.padding.right, g.padding.top, g.padding.bottom}, layer_.pad_value);
  a = at::im2col(a, {g.kernel_height, g.kernel_width}, {g.dilation.height, g.dilation.width},
                 {0, 0}, {g.stride.height, g.stride.width});
  return a.view({activations.size(0), g.groups, g.fan_in(), g.out_positions()});
}

/// x_j of every activation, by a table over the activation's integers.
at::Tensor ComposedLayer::digits_of(const at::Tensor& unfolded, std::int64_t stream) const {
  const std::int64_t smallest = unfolded.min().item<std::int64_t>();
  const std::int64_t largest = unfolded.max().item<std::int64_t>();
  std::vector<float> table;
  for (std::int64_t a = smallest; a <= largest; ++a)
    table.push_back(static_cast<float>(layer_.streams.digit(a, stream)));
  return at::tensor(table).to(device_).index({unfolded.to(at::kLong) - smallest});
}

/// values[code(p)] of integers p held in floats.
at::Tensor ComposedLayer::convert(const CodeTable& table, const at::Tensor& p) const {
  const at::Tensor values = at::tensor(table.dense()).to(device_, at::kLong);
  // With a column's bias, p may lie beyond the possible sums, which have the outermost values.
  return values.index({(p.to(at::kLong) - table.minimum).clamp(0, values.numel() - 1)});
}

/// Converted sums of one tile, plane and stream: [images, groups, out per group, positions].
at::Tensor ComposedLayer::convert_plane(const CodeTable& table, const at::Tensor& w,
                                        const at::Tensor& h, const at::Tensor& x,
                                        Histogram* histogram) const {
  if (!layer_.subtract_digitally) {
    const at::Tensor p = at::matmul(w, x);
    if (histogram != nullptr) count(p, *histogram);
    return convert(table, p + h[0]);
  }
  const at::Tensor positive = at::matmul(w.clamp_min(0), x);
  const at::Tensor negative = at::matmul((-w).clamp_min(0), x);
  if (histogram != nullptr) {
    count(positive, *histogram);
    count(negative, *histogram);
  }
  return convert(table, positive + h[0]) - convert(table, negative + h[1]);
}

/// (6) Σ_t F_t Σ_{r ∈ t} A_r, [images, groups, out per group, positions].
at::Tensor ComposedLayer::complements(const at::Tensor& unfolded) const {
  at::Tensor sum = at::zeros({}, at::TensorOptions(at::kLong).device(device_));
  for (std::size_t t = 0; t < tiles_.size(); ++t) {
    std::vector<std::int64_t> weights;
    for (std::int64_t channel = 0; channel < layer_.geometry.out_channels; ++channel)
      weights.push_back(layer_.planes.complement_weight(channel, static_cast<std::int64_t>(t)));
    const at::Tensor f =
        at::tensor(weights, at::kLong).to(device_).view({layer_.geometry.groups, -1, 1});
    sum = sum + unfolded.index_select(2, tiles_[t]).to(at::kLong).sum(2, true) * f;
  }
  return sum;
}

/// (5p) h, [planes, halves, groups, out per group, tiles]; of digital pairs halves are 2.
at::Tensor ComposedLayer::column_bias(const LayerAdc& adc) const {
  const std::int64_t halves = layer_.subtract_digitally ? 2 : 1;
  const Shape shape{layer_.planes.count(), halves, layer_.geometry.groups,
                    layer_.geometry.out_channels / layer_.geometry.groups, std::ssize(tiles_)};
  if (adc.column_bias.empty())
    return at::zeros(shape, at::TensorOptions(at::kLong).device(device_));
  return at::tensor(adc.column_bias).to(device_, at::kLong).view(shape);
}

at::Tensor ComposedLayer::accumulate_chunk(const LayerAdc& adc, const at::Tensor& unfolded,
                                           LayerHistogram* histogram) const {
  const ConvGeometry& g = layer_.geometry;
  at::Tensor y =
      at::zeros({unfolded.size(0), g.groups, g.out_channels / g.groups, g.out_positions()},
                at::TensorOptions(at::kLong).device(device_));
  const at::Tensor bias = column_bias(adc);
  for (std::int64_t j = 0; j < layer_.streams.count(); ++j) {
    const std::int64_t g_j = layer_.streams.weights[static_cast<std::size_t>(j)];
    const at::Tensor digits = digits_of(unfolded, j);
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      const at::Tensor x = digits.index_select(2, tiles_[t]);
      for (std::int64_t i = 0; i < layer_.planes.count(); ++i) {
        const std::int64_t c_i = layer_.planes.weights[static_cast<std::size_t>(i)];
        Histogram* counts =
            histogram == nullptr
                ? nullptr
                : &histogram->of(i, j, histogram->tiles() == 1 ? 0 : static_cast<std::int64_t>(t));
        const at::Tensor h = bias[i].select(3, static_cast<std::int64_t>(t)).unsqueeze(-1);
        at::Tensor values = convert_plane(adc.table(static_cast<std::size_t>(j)),
                                          planes_[i].index_select(2, tiles_[t]), h, x, counts);
        values = values * adc.adc_factor -
                 (layer_.subtract_digitally ? h[0] - h[1] : h[0]) * adc.bias_factor;
        if (signs_.defined()) values *= signs_[i].select(3, static_cast<std::int64_t>(t));
        y += values * (c_i * g_j);
      }
      if (adc.reference_factor != 0)
        y -= convert(adc.reference, x.sum(2, true)) * (adc.reference_factor * g_j);
    }
  }
  if (adc.complement_factor != 0) y += complements(unfolded) * adc.complement_factor;
  if (adc.input_sum_factor != 0)
    y -= unfolded.sum(2, true, at::kDouble).to(at::kLong) * adc.input_sum_factor;
  return y;
}

}  // namespace bitline
