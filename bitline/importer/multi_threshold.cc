// FINN's MultiThreshold: a grid where that gives the same integer for every float32 number, else
// thresholds as they are, on the grid of what they give.
#include <algorithm>
#include <cmath>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/importer/builders.h"

namespace bitline {
namespace {

/// Each row ascending: their order does not matter to the count.
Tensor sorted_rows(const Tensor& thresholds) {
  if (thresholds.dtype() != DType::kF32) return sorted_rows(converted(thresholds, true));
  if (thresholds.shape().size() != 2 || thresholds.size() == 0)
    fail("thresholds of shape {}; they are a matrix, [channels, count]",
         to_string(thresholds.shape()));
  Tensor sorted = thresholds.clone();
  const auto all = sorted.data<float>();
  if (!std::ranges::all_of(all, [](float t) { return std::isfinite(t); }))
    fail("a threshold is no number");
  const auto count = static_cast<std::size_t>(thresholds.dim(1));
  for (std::size_t row = 0; row < all.size(); row += count)
    std::ranges::sort(all.subspan(row, count));
  return sorted;
}

/// As all grids of ONNX files it divides.
QuantSpec grid_of_scale(double scale) {
  QuantSpec spec;
  spec.rule = GridRule::kDivide;
  spec.scale = Tensor(DType::kF32, {1});
  spec.scale.data<float>()[0] = static_cast<float>(scale);
  return spec;
}

/// The smallest grid that holds scale · n + bias for n = 0 … count; none where they are on no grid
/// of ours.
std::optional<QuantSpec> grid_of_counts(double scale, double bias, std::int64_t count) {
  if (!(scale > 0)) return std::nullopt;
  const double offset = bias / scale;
  if (count == 1 && offset == -0.5) {  // −scale/2 and scale/2
    QuantSpec spec = grid_of_scale(scale / 2);
    spec.bits = 1;
    spec.is_signed = true;
    spec.odd = true;
    return spec;
  }
  if (offset != std::nearbyint(offset) || std::abs(offset) > 65536) return std::nullopt;
  const auto low = static_cast<std::int64_t>(offset);
  QuantSpec spec = grid_of_scale(scale);
  spec.is_signed = low < 0;
  for (spec.bits = 1; spec.bits <= 16; ++spec.bits)
    for (const bool narrow : {true, false}) {
      spec.narrow = narrow;
      if (spec.minimum() < spec.maximum() && spec.minimum() <= low &&
          spec.maximum() >= low + count && spec.minimum() <= 0 && spec.maximum() >= 0)
        return spec;
    }
  return std::nullopt;
}

/// Whether v / s, rounded with ties upwards and clamped, is the count for every float32 number v.
/// Both only rise with v, so that they are the same where they rise at the same numbers.
bool is_rounding(std::span<const float> thresholds, const QuantSpec& spec) {
  if (spec.odd || spec.minimum() != 0 || spec.maximum() != std::ssize(thresholds)) return false;
  const float scale = spec.scale.data<float>()[0];
  for (std::size_t n = 0; n < thresholds.size(); ++n) {
    const float reached = thresholds[n];
    const float missed = std::nextafter(reached, -std::numeric_limits<float>::infinity());
    const float middle = static_cast<float>(n) + 0.5F;
    if (!(reached / scale >= middle) || !(missed / scale < middle)) return false;
  }
  return true;
}

/// The one row that all rows are; empty where they differ.
std::span<const float> common_row(const Tensor& thresholds) {
  const auto all = thresholds.data<float>();
  const auto count = static_cast<std::size_t>(thresholds.dim(1));
  const auto first = all.subspan(0, count);
  for (std::size_t row = count; row < all.size(); row += count)
    if (!std::ranges::equal(first, all.subspan(row, count))) return {};
  return first;
}

/// The axis of the file that counts channels.
std::int64_t channel_axis(OnnxNode& node, const ImportedValue& x) {
  const std::string layout = node.text("data_layout", "NCHW");
  if (layout != "NCHW" && layout != "NHWC" && layout != "NC")
    fail("data_layout '{}' is not supported; supported are NCHW, NHWC and NC", layout);
  return layout == "NHWC" ? node.rank(x) - 1 : 1;
}

}  // namespace

void build_multi_threshold(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  if (x.is_constant()) fail("a constant input is not supported");
  const Tensor thresholds = sorted_rows(node.constant(1, "thresholds"));
  node.text("out_dtype", "");  // follows from the count, the scale and the bias
  const double scale = node.number("out_scale", 1);
  const double bias = node.number("out_bias", 0);
  const std::int64_t axis = node.axis(x, channel_axis(node, x));
  const std::int64_t count = thresholds.dim(1);
  std::optional<QuantSpec> spec = grid_of_counts(scale, bias, count);
  const std::span<const float> row = common_row(thresholds);
  if (spec && !row.empty() && is_rounding(row, *spec)) {
    spec->rounding = Rounding::kHalfUp;
    ImportedValue y = node.append(Identity{}, {x});
    node.state().network.quant[y.node] = *spec;
    return node.set_output(0, y);
  }
  const MultiThreshold op{axis, scale, bias};
  const ImportedValue y = node.append(op, {x}, {{"thresholds", thresholds}});
  if (spec) node.state().network.quant[y.node] = *spec;
  node.set_output(0, y);
}

}  // namespace bitline
