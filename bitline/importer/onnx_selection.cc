// Operators that take parts of values or put them together. All but concatenation and padding with
// a constant are a choice of entries along an axis.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"
#include "bitline/digital/digital.h"
#include "bitline/importer/builders.h"

namespace bitline {
namespace {

using Indices = std::vector<std::int64_t>;

Indices range(std::int64_t first, std::int64_t count) {
  if (count > kMostExtent) fail("{} entries along one axis; supported are {}", count, kMostExtent);
  Indices indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

std::int64_t extent(const ImportedValue& value, std::int64_t axis) {
  return value.shape[static_cast<std::size_t>(axis)];
}

/// The entries of one axis that start:end:step takes, as Python does.
Indices slice_indices(std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (step == 0) fail("a step of 0");
  if (size > kMostExtent) fail("{} entries along one axis; supported are {}", size, kMostExtent);
  step = std::clamp(step, -size - 1, size + 1);
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const std::int64_t highest = step > 0 ? size : size - 1;
  const auto place = [&](std::int64_t i) {
    return std::clamp(i < 0 ? std::max(i, -size - 1) + size : std::min(i, size), lowest, highest);
  };
  Indices indices;
  const std::int64_t last = place(end);
  for (std::int64_t i = place(start); step > 0 ? i < last : i > last; i += step)
    indices.push_back(i);
  return indices;
}

/// Sizes of the parts of a split.
Indices part_sizes(OnnxNode& node, std::int64_t size) {
  Indices sizes = node.integers_or_input("split", 1, 13);
  const auto parts = static_cast<std::int64_t>(node.output_count());
  if (parts == 0) fail("it has no outputs");
  if (sizes.empty()) {
    const bool may_be_uneven = node.has_attribute("num_outputs");  // the last part is smaller then
    if (node.integer("num_outputs", parts) != parts)
      fail("num_outputs = {}, but it has {} outputs", node.integer("num_outputs", parts), parts);
    if (size % parts != 0 && !may_be_uneven)
      fail("{} entries cannot be split into {} equal parts", size, parts);
    const std::int64_t whole = ceil_div(size, parts);
    sizes.assign(static_cast<std::size_t>(parts), whole);
    sizes.back() = size - (parts - 1) * whole;
  }
  const bool in_range =
      std::ranges::all_of(sizes, [size](std::int64_t part) { return part >= 0 && part <= size; });
  if (!in_range || std::ssize(sizes) != parts ||
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) != size)
    fail("parts of {} for {} outputs and {} entries", to_string(sizes), parts, size);
  return sizes;
}

/// Entry of an axis of `size` for a place outside it.
std::int64_t mirrored(std::int64_t place, std::int64_t size, bool reflect) {
  if (!reflect) return std::clamp<std::int64_t>(place, 0, size - 1);
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1);
  const std::int64_t phase = (place % period + period) % period;
  return std::min(phase, period - phase);
}

struct PadPlan {
  std::string mode;
  Indices pads;  ///< [begin of each axis, end of each axis]
  double value = 0;
};

/// [begin of each axis, end of each axis] from those of some axes.
Indices pads_of_all_axes(const Indices& pads, const Indices& axes, std::int64_t rank) {
  if (pads.size() != 2 * axes.size()) fail("{} pads for {} axes", pads.size(), axes.size());
  Indices all(static_cast<std::size_t>(2 * rank));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
    if (axis < 0 || axis >= rank) fail("axis {} where there are {}", axes[i], rank);
    all[static_cast<std::size_t>(axis)] = pads[i];
    all[static_cast<std::size_t>(axis + rank)] = pads[i + axes.size()];
  }
  return all;
}

PadPlan read_pads(OnnxNode& node, std::int64_t rank) {
  PadPlan plan{node.text("mode", "constant"), {}, 0};
  if (node.operator_set() < 11) {
    plan.pads = node.integers("pads", {});
    plan.value = node.number("value", 0);
  } else {
    plan.pads = node.constant_integers(1, "pads");
    if (node.has_input(2)) plan.value = node.constant_number(2, "pad value");
  }
  if (plan.mode != "constant" && plan.mode != "edge" && plan.mode != "reflect")
    fail("mode '{}' is not supported; supported are constant, edge and reflect", plan.mode);
  if (node.operator_set() >= 18 && node.has_input(3))
    plan.pads = pads_of_all_axes(plan.pads, node.constant_integers(3, "axes"), rank);
  for (const std::int64_t pad : plan.pads)
    if (pad < -kMostExtent || pad > kMostExtent)
      fail("a pad of {}; supported are up to {}", pad, kMostExtent);
  return plan;
}

/// One axis with entries taken off or repeated; positive pads of mode constant are left to Pad.
ImportedValue pad_axis(OnnxNode& node, const ImportedValue& x, std::int64_t axis,
                       std::int64_t before, std::int64_t behind, const std::string& mode) {
  const bool constant = mode == "constant";
  const std::int64_t size = extent(x, axis);
  const std::int64_t first = constant ? std::min<std::int64_t>(before, 0) : before;
  const std::int64_t last = constant ? std::min<std::int64_t>(behind, 0) : behind;
  if (first == 0 && last == 0) return x;
  if (size + first + last < 1)
    fail("pads {} and {} leave nothing of an axis of {} entries", before, behind, size);
  Indices indices = range(-first, size + first + last);
  for (std::int64_t& i : indices) i = mirrored(i, size, mode == "reflect");
  return gathered(node, x, axis, indices, fmt::format("/axis{}", axis));
}

/// Where the entry of a resized axis comes from, in the entries of the original; in float32, as the
/// factors of the file are: 3 / 0.33333334 is 9 there, and less than 9 in double.
float original_place(std::int64_t place, std::int64_t from, std::int64_t to, float scale,
                     const std::string& mode) {
  const auto p = static_cast<float>(place);
  if (mode == "asymmetric") return p / scale;
  if (mode == "align_corners")
    return to == 1 ? 0 : p * static_cast<float>(from - 1) / static_cast<float>(to - 1);
  if (mode == "tf_half_pixel_for_nn") return (p + 0.5F) / scale;
  if (mode == "pytorch_half_pixel" && to == 1) return 0;
  if (mode != "half_pixel" && mode != "pytorch_half_pixel")
    fail("coordinate_transformation_mode '{}' is not supported", mode);
  return (p + 0.5F) / scale - 0.5F;
}

std::int64_t nearest(float place, const std::string& mode) {
  if (mode == "floor") return static_cast<std::int64_t>(std::floor(place));
  if (mode == "ceil") return static_cast<std::int64_t>(std::ceil(place));
  if (mode == "round_prefer_ceil") return static_cast<std::int64_t>(std::floor(place + 0.5F));
  if (mode != "round_prefer_floor") fail("nearest_mode '{}' is not supported", mode);
  return static_cast<std::int64_t>(std::ceil(place - 0.5F));
}

/// Factor of every axis of the file; `sizes` receives the extents where those are given instead.
std::vector<float> resize_scales(OnnxNode& node, const Shape& shape, Shape& sizes) {
  const std::size_t input = node.operator_set() < 11 ? 1 : 2;
  std::vector<float> scales;
  if (node.has_input(input) && node.constant(input, "scales").size() > 0) {
    for (const float scale : node.constant(input, "scales").data<float>()) scales.push_back(scale);
    for (std::size_t i = 0; i < std::min(scales.size(), shape.size()); ++i) {
      const float size = std::floor(static_cast<float>(shape[i]) * scales[i]);
      if (!(size >= 1 && size <= static_cast<float>(kMostExtent)))
        fail("axis {} is resized by {} to {}; supported are 1 to {}", i, scales[i], size,
             kMostExtent);
      sizes.push_back(static_cast<std::int64_t>(size));
    }
  } else {
    sizes = node.constant_integers(3, "sizes");
    for (std::size_t i = 0; i < std::min(sizes.size(), shape.size()); ++i)
      scales.push_back(static_cast<float>(sizes[i]) / static_cast<float>(shape[i]));
  }
  if (scales.size() != shape.size()) fail("{} scales for {} axes", scales.size(), shape.size());
  return scales;
}

}  // namespace

ImportedValue gathered(OnnxNode& node, const ImportedValue& value, std::int64_t axis,
                       Indices indices, std::string_view suffix) {
  ImportedValue result = value;
  for (std::int64_t& i : indices) {
    if (i < -extent(value, axis) || i >= extent(value, axis))
      fail("index {} along an axis of {}", i, extent(value, axis));
    if (i < 0) i += extent(value, axis);
  }
  if (value.is_constant()) {
    if (value.grid && value.grid->axis == axis)
      fail("a choice among entries that have scales of their own is not supported");
    result.shape[static_cast<std::size_t>(axis)] = std::ssize(indices);
    node.state().take(result.shape);
    result.constant = digital::gather(*value.constant, axis, indices);
    return result;
  }
  if (indices == range(0, extent(value, axis))) return value;
  return node.append_keeping_grid(Gather{axis, std::move(indices)}, value, suffix);
}

void build_concat(OnnxNode& node) {
  std::vector<ImportedValue> parts;
  for (std::size_t i = 0; i < node.input_count(); ++i) parts.push_back(node.input(i));
  if (parts.empty()) fail("it has no inputs");
  const std::int64_t axis = node.integer("axis", 1);
  if (node.all_constant()) {
    std::vector<Tensor> tensors;
    for (const ImportedValue& part : parts) {
      node.state().take(part.shape);
      tensors.push_back(*part.constant);
    }
    return node.set_constant(digital::concat(tensors, node.axis(parts[0], axis)),
                             parts[0].element_type);
  }
  const ImportedValue computed =
      *std::ranges::find_if(parts, [](const auto& p) { return !p.is_constant(); });
  const Concat concat{node.axis(computed, axis)};
  for (ImportedValue& part : parts) part = node.per_image(part, computed);
  node.build(concat, parts);
}

void build_split(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  const std::int64_t axis = node.axis(x, node.integer("axis", 0));
  const Indices sizes = part_sizes(node, extent(x, axis));
  std::int64_t first = 0;
  for (std::size_t i = 0; i < sizes.size(); first += sizes[i++])
    node.set_output(i, gathered(node, x, axis, range(first, sizes[i]), fmt::format("/part{}", i)));
}

void build_slice(OnnxNode& node) {
  ImportedValue x = node.input(0);
  const Indices starts = node.integers_or_input("starts", 1, 10);
  const Indices ends = node.integers_or_input("ends", 2, 10);
  Indices axes = node.integers_or_input("axes", 3, 10);
  Indices steps = node.operator_set() < 10 ? Indices{} : node.integers_or_input("steps", 4, 10);
  if (axes.empty()) axes = range(0, std::ssize(starts));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    fail("{} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(),
         steps.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t rank = node.rank(x);
    const bool of_images =
        node.counts_images(x) && (axes[i] == x.batch_axis || axes[i] == x.batch_axis - rank);
    if (of_images && starts[i] == 0 && ends[i] >= node.batch() && steps[i] == 1) continue;
    const std::int64_t axis = node.axis(x, axes[i]);
    x = gathered(node, x, axis, slice_indices(extent(x, axis), starts[i], ends[i], steps[i]),
                 i == 0 ? "" : fmt::format("/axis{}", axis));
  }
  node.set_output(0, x);
}

// Indices of any rank: their shape takes the place of the axis.
void build_gather(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const std::int64_t axis = node.axis(x, node.integer("axis", 0));
  const Indices indices = node.constant_integers(1, "indices");
  const Shape& index_shape = node.input(1).shape;
  ImportedValue y = gathered(node, x, axis, indices);
  Shape shape(x.shape.begin(), x.shape.begin() + axis);
  shape.insert(shape.end(), index_shape.begin(), index_shape.end());
  shape.insert(shape.end(), x.shape.begin() + axis + 1, x.shape.end());
  y = reshaped(node, y, shape);
  if (axis < x.batch_axis) y.batch_axis = x.batch_axis + std::ssize(index_shape) - 1;
  node.set_output(0, y);
}

void build_pad(OnnxNode& node) {
  ImportedValue x = node.input(0);
  const std::int64_t rank = node.rank(x);
  const PadPlan plan = read_pads(node, rank);
  if (std::ssize(plan.pads) != 2 * rank) fail("{} pads for {} axes", plan.pads.size(), rank);
  const auto pad_of = [&plan](std::int64_t i) { return plan.pads[static_cast<std::size_t>(i)]; };
  node.require_images_first(x);
  const std::int64_t batch_axes = rank - std::ssize(x.shape);
  if (batch_axes != 0 && (pad_of(0) != 0 || pad_of(rank) != 0))
    fail("it pads axis 0, which counts images");
  Pad pad{{}, {}, plan.value};
  for (std::int64_t axis = 0; axis < std::ssize(x.shape); ++axis) {
    const std::int64_t before = pad_of(axis + batch_axes);
    const std::int64_t behind = pad_of(axis + batch_axes + rank);
    x = pad_axis(node, x, axis, before, behind, plan.mode);
    pad.before.push_back(std::max<std::int64_t>(before, 0));
    pad.behind.push_back(std::max<std::int64_t>(behind, 0));
  }
  const auto is_zero = [](std::int64_t i) { return i == 0; };
  if (plan.mode != "constant" || std::ranges::all_of(plan.pads, is_zero))
    return node.set_output(0, x);
  if (x.is_constant()) {
    Shape shape = x.shape;
    for (std::size_t i = 0; i < shape.size(); ++i) shape[i] += pad.before[i] + pad.behind[i];
    node.state().take(shape);
    return node.set_constant(digital::pad(*x.constant, pad.before, pad.behind, pad.value),
                             x.element_type);
  }
  node.build(pad, {x});
}

void build_resize(OnnxNode& node) {
  if (node.text("mode", "nearest") != "nearest") fail("only mode 'nearest' is supported");
  const bool old = node.operator_set() < 11;
  const std::string transformation =
      node.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  const std::string rounding = node.text("nearest_mode", old ? "floor" : "round_prefer_floor");
  for (const char* attribute : {"cubic_coeff_a", "extrapolation_value"}) node.number(attribute, 0);
  for (const char* attribute : {"exclude_outside", "antialias"}) node.integer(attribute, 0);
  if (const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
      policy != "stretch")
    fail("keep_aspect_ratio_policy '{}' is not supported; supported is stretch", policy);
  ImportedValue x = node.input(0);
  const Shape shape = node.file_shape(x);
  Shape sizes;
  const std::vector<float> scales = resize_scales(node, shape, sizes);
  for (std::int64_t file_axis = 0; file_axis < std::ssize(shape); ++file_axis) {
    const auto i = static_cast<std::size_t>(file_axis);
    if (sizes[i] == shape[i] && scales[i] == 1) continue;
    if (sizes[i] < 1 || sizes[i] > kMostExtent)
      fail("axis {} is resized to {} entries; supported are 1 to {}", file_axis, sizes[i],
           kMostExtent);
    const std::int64_t axis = node.axis(x, file_axis);
    Indices indices;
    for (std::int64_t place = 0; place < sizes[i]; ++place)
      indices.push_back(std::clamp<std::int64_t>(
          nearest(original_place(place, shape[i], sizes[i], scales[i], transformation), rounding),
          0, shape[i] - 1));
    x = gathered(node, x, axis, indices, fmt::format("/axis{}", axis));
  }
  node.set_output(0, x);
}

}  // namespace bitline
