#include "bitline/runtime/composed.h"

#include <algorithm>

#include "bitline/runtime/libtorch.h"

namespace bitline {
namespace {

constexpr std::int64_t kChunkElements = std::int64_t{1} << 22;  // floats of one unfolded chunk

class ComposedBackend : public MacBackend {
 public:
  explicit ComposedBackend(const CimLayer& layer)
      : layer_(layer), planes_(to_torch(layer.planes.digits).to(at::kFloat)) {
    for (const Tile& tile : layer.tiles) tiles_.push_back(at::tensor(tile, at::kLong));
  }

  void accumulate(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram) const override {
    const ConvGeometry& g = layer_.geometry;
    const std::int64_t per_image = g.groups * g.fan_in() * g.out_positions();
    const std::int64_t chunk = std::max<std::int64_t>(1, kChunkElements / per_image);
    for (std::int64_t first = 0; first < images; first += chunk) {
      const std::int64_t count = std::min(chunk, images - first);
      const auto in = activations.subspan(static_cast<std::size_t>(first * g.in_size()),
                                          static_cast<std::size_t>(count * g.in_size()));
      const at::Tensor y = run_chunk(adc, unfold(in, count), histogram).contiguous();
      std::copy_n(y.data_ptr<std::int64_t>(), y.numel(), outputs.data() + first * g.out_size());
    }
  }

 private:
  /// Activations as [images, groups, fan_in, positions], padded with the layer's pad value.
  at::Tensor unfold(std::span<const std::int32_t> in, std::int64_t images) const {
    const ConvGeometry& g = layer_.geometry;
    at::Tensor a = at::empty({images, g.in_channels, g.in_height, g.in_width}, at::kInt);
    std::ranges::copy(in, a.data_ptr<std::int32_t>());
    a = at::constant_pad_nd(a.to(at::kFloat),
                            {g.padding.left, g.padding.right, g.padding.top, g.padding.bottom},
                            layer_.pad_value);
    a = at::im2col(a, {g.kernel_height, g.kernel_width}, {g.dilation.height, g.dilation.width},
                   {0, 0}, {g.stride.height, g.stride.width});
    return a.view({images, g.groups, g.fan_in(), g.out_positions()});
  }

  /// x_j of every activation, by a table over the activation's integers.
  at::Tensor digits_of(const at::Tensor& unfolded, std::int64_t stream) const {
    const std::int64_t smallest = unfolded.min().item<std::int64_t>();
    const std::int64_t largest = unfolded.max().item<std::int64_t>();
    std::vector<float> table;
    for (std::int64_t a = smallest; a <= largest; ++a)
      table.push_back(static_cast<float>(layer_.streams.digit(a, stream)));
    return at::tensor(table).index({unfolded.to(at::kLong) - smallest});
  }

  /// values[code(p)] of integers p held in floats.
  static at::Tensor convert(const CodeTable& table, const at::Tensor& p) {
    return at::tensor(table.dense()).to(at::kLong).index({p.to(at::kLong) - table.minimum});
  }

  static void count(const at::Tensor& p, Histogram& histogram) {
    const at::Tensor shifted = (p.to(at::kLong) - histogram.minimum()).flatten();
    const at::Tensor counts =
        at::bincount(shifted, {}, static_cast<std::int64_t>(histogram.counts().size()));
    const auto* from = counts.data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) histogram.counts()[i] += from[i];
  }

  /// Converted sums of one tile, plane and stream: [images, groups, out per group, positions].
  at::Tensor convert_plane(const LayerAdc& adc, const at::Tensor& w, const at::Tensor& x,
                           Histogram* histogram) const {
    if (!layer_.subtract_digitally) {
      const at::Tensor p = at::matmul(w, x);
      if (histogram != nullptr) count(p, *histogram);
      return convert(adc.table, p);
    }
    const at::Tensor positive = at::matmul(w.clamp_min(0), x);
    const at::Tensor negative = at::matmul((-w).clamp_min(0), x);
    if (histogram != nullptr) {
      count(positive, *histogram);
      count(negative, *histogram);
    }
    return convert(adc.table, positive) - convert(adc.table, negative);
  }

  /// Y_int [images, out_channels, positions].
  at::Tensor run_chunk(const LayerAdc& adc, const at::Tensor& unfolded,
                       LayerHistogram* histogram) const {
    const ConvGeometry& g = layer_.geometry;
    const std::int64_t images = unfolded.size(0);
    const at::Tensor planes =
        planes_.view({layer_.planes.count(), g.groups, g.out_channels / g.groups, g.fan_in()});
    at::Tensor y =
        at::zeros({images, g.groups, g.out_channels / g.groups, g.out_positions()}, at::kLong);
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
                  : &histogram->of(i, j,
                                   histogram->tiles() == 1 ? 0 : static_cast<std::int64_t>(t));
          y += convert_plane(adc, planes[i].index_select(2, tiles_[t]), x, counts) *
               (adc.adc_factor * c_i * g_j);
        }
        if (adc.reference_factor != 0)
          y -= convert(adc.reference, x.sum(2, true)) * (adc.reference_factor * g_j);
      }
    }
    if (adc.input_sum_factor != 0) y -= unfolded.sum(2, true).to(at::kLong) * adc.input_sum_factor;
    return y.view({images, g.out_channels, g.out_positions()});
  }

  const CimLayer& layer_;
  at::Tensor planes_;  // F32 [planes, out_channels, fan_in]
  std::vector<at::Tensor> tiles_;
};

}  // namespace

std::unique_ptr<MacBackend> make_composed_backend(const CimLayer& layer) {
  return std::make_unique<ComposedBackend>(layer);
}

}  // namespace bitline
