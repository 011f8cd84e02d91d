#include "bitline/runtime/plain_product.h"

#include <algorithm>
#include <span>
#include <vector>

#include "bitline/base/parallel.h"

namespace bitline {
namespace {

/// Number: what activations and weights are; Sum: what they are added up in; Held: what is
/// returned.
template <typename Number, typename Sum, typename Held>
class PlainProduct : public DenseProduct {
 public:
  PlainProduct(const ConvGeometry& geometry, const Tensor& weights, std::int64_t pad_value)
      : geometry_(geometry), weights_(weights), pad_value_(static_cast<Number>(pad_value)) {}

  std::string_view path() const override { return "a plain loop"; }
  Tensor run(const Tensor& activations) const override {
    const ConvGeometry& g = geometry_;
    const std::int64_t images = activations.dim(0);
    Tensor sums(detail::DTypeOf<Held>::value,
                {images, g.out_channels, g.out_height(), g.out_width()});
    const auto in = activations.data<Number>();
    const auto out = sums.data<Held>();
    parallel_for(0, images * g.groups, 1, [&](std::int64_t begin, std::int64_t end) {
      Columns columns;
      for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t image = at / g.groups;
        unfold(in.subspan(index(image * g.in_size()), index(g.in_size())), at % g.groups, columns);
        sum(columns, at % g.groups, out.subspan(index(image * g.out_size()), index(g.out_size())));
      }
    });
    return sums;
  }

 private:
  /// What every output of one image and group reads, [fan_in][positions], and its sums.
  struct Columns {
    std::vector<Number> numbers;
    std::vector<Sum> sums;
  };

  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

  void unfold(std::span<const Number> image, std::int64_t group, Columns& columns) const {
    const ConvGeometry& g = geometry_;
    const std::int64_t channels = g.in_channels / g.groups;
    columns.numbers.clear();
    columns.numbers.reserve(index(g.fan_in() * g.out_positions()));
    for (std::int64_t c = group * channels; c < (group + 1) * channels; ++c)
      for (std::int64_t y = 0; y < g.kernel_height; ++y)
        for (std::int64_t x = 0; x < g.kernel_width; ++x)
          for (std::int64_t oy = 0; oy < g.out_height(); ++oy)
            for (std::int64_t ox = 0; ox < g.out_width(); ++ox)
              columns.numbers.push_back(
                  at(image, c, oy * g.stride.height + y * g.dilation.height - g.padding.top,
                     ox * g.stride.width + x * g.dilation.width - g.padding.left));
  }

  Number at(std::span<const Number> image, std::int64_t c, std::int64_t y, std::int64_t x) const {
    const ConvGeometry& g = geometry_;
    if (y < 0 || y >= g.in_height || x < 0 || x >= g.in_width) return pad_value_;
    return image[index((c * g.in_height + y) * g.in_width + x)];
  }

  void sum(Columns& columns, std::int64_t group, std::span<Held> out) const {
    const ConvGeometry& g = geometry_;
    const auto weights = weights_.data<Number>();
    const std::size_t positions = index(g.out_positions());
    const std::int64_t channels = g.out_channels / g.groups;
    for (std::int64_t o = group * channels; o < (group + 1) * channels; ++o) {
      columns.sums.assign(positions, Sum{0});
      for (std::int64_t k = 0; k < g.fan_in(); ++k) {
        const Sum weight = weights[index(o * g.fan_in() + k)];
        const Number* const numbers = columns.numbers.data() + index(k) * positions;
        for (std::size_t p = 0; p < positions; ++p)
          columns.sums[p] += weight * static_cast<Sum>(numbers[p]);
      }
      std::ranges::transform(columns.sums, out.begin() + o * g.out_positions(),
                             [](Sum value) { return static_cast<Held>(value); });
    }
  }

  ConvGeometry geometry_;
  Tensor weights_;
  Number pad_value_;
};

}  // namespace

std::unique_ptr<DenseProduct> make_plain_product(const ConvGeometry& geometry,
                                                 const Tensor& weights, std::int64_t pad_value,
                                                 DType held) {
  if (weights.dtype() == DType::kF32)
    return std::make_unique<PlainProduct<float, float, float>>(geometry, weights, pad_value);
  // Sums that a float holds exactly fit 32 bits.
  if (held == DType::kF32)
    return std::make_unique<PlainProduct<std::int32_t, std::int32_t, float>>(geometry, weights,
                                                                             pad_value);
  return std::make_unique<PlainProduct<std::int32_t, std::int64_t, double>>(geometry, weights,
                                                                            pad_value);
}

}  // namespace bitline
