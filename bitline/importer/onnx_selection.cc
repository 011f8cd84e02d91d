// Operators that take parts of values: a choice of entries along an axis.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"
#include "bitline/digital/digital.h"
#include "bitline/importer/axis_entries.h"
#include "bitline/importer/builders.h"

namespace bitline {
namespace {

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
