// Operators that look at elements under another shape.
#include <algorithm>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/digital/digital.h"
#include "bitline/importer/builders.h"

namespace bitline {
namespace {

/// Where the axis with one scale per entry goes when a constant is reshaped: only axes of extent 1
/// may come and go before it.
std::optional<QuantSpec> grid_after_reshape(const std::optional<QuantSpec>& grid, const Shape& from,
                                            const Shape& to) {
  if (!grid || grid->axis < 0) return grid;
  const std::int64_t entries = from[static_cast<std::size_t>(grid->axis)];
  const std::int64_t before = element_count({from.begin(), from.begin() + grid->axis});
  QuantSpec result = *grid;
  std::int64_t product = 1;
  for (std::size_t axis = 0; axis < to.size(); product *= to[axis], ++axis)
    if (product == before && to[axis] == entries) {
      result.axis = static_cast<int>(axis);
      return result;
    }
  fail("reshaping {} to {} mixes the entries that have scales of their own", to_string(from),
       to_string(to));
}

/// The shape that a Reshape asks for: −1 is what remains, 0 keeps an extent.
Shape wanted_shape(const OnnxNode& node, const Shape& from, std::vector<std::int64_t> wanted,
                   bool zero_is_zero) {
  std::int64_t* open = nullptr;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !zero_is_zero) {
      if (i >= from.size()) fail("axis {} is to keep its extent, but there is none", i);
      wanted[i] = from[i];
    }
    if (wanted[i] != -1) continue;
    if (open != nullptr) fail("two extents are open in shape {}", to_string(wanted));
    open = &wanted[i];
    *open = 1;
  }
  const std::int64_t all = element_count(from);
  const std::int64_t known = element_count(wanted);
  if (open != nullptr) {
    if (known == 0 || all % known != 0)
      fail("{} elements do not fill shape {}", all, to_string(wanted));
    *open = all / known;
  }
  if (element_count(wanted) != all)
    fail("shape {} cannot become {}{}", to_string(from), to_string(wanted),
         node.has_batch() ? "; images may not be mixed" : "");
  return wanted;
}

/// A shape of the file whose axis of images, all one of them, may be anywhere or nowhere.
ImportedValue reshaped_single(OnnxNode& node, const ImportedValue& x, Shape shape) {
  const auto one = std::ranges::find(shape, 1);
  const std::int64_t batch_axis = one == shape.end() ? kNoAxis : one - shape.begin();
  if (one != shape.end()) shape.erase(one);
  ImportedValue y = reshaped(node, x, shape, "");
  y.batch_axis = batch_axis;
  return y;
}

/// An input whose elements keep their order, under a shape of the file. Images are in front, but in
/// a network for one image.
void set_reshaped(OnnxNode& node, const ImportedValue& x, const Shape& file_shape) {
  if (x.is_constant()) return node.set_output(0, reshaped(node, x, file_shape, ""));
  if (node.has_batch() && node.batch() == 1)
    return node.set_output(0, reshaped_single(node, x, file_shape));
  node.require_images_first(x);
  node.set_output(0, reshaped(node, x, node.without_batch(file_shape), ""));
}

/// The same where axes of 1 come or go: `axes` says for each axis of the result which one of the
/// input it is, −1 for a new one.
void set_with_axes(OnnxNode& node, const ImportedValue& x, const std::vector<std::int64_t>& axes) {
  const bool batched = node.counts_images(x);
  const Shape from = node.file_shape(x);
  Shape shape;
  std::int64_t batch_axis = kNoAxis;
  for (std::int64_t i = 0; i < std::ssize(axes); ++i) {
    const std::int64_t axis = axes[static_cast<std::size_t>(i)];
    if (batched && axis == x.batch_axis)
      batch_axis = i;
    else
      shape.push_back(axis < 0 ? 1 : from[static_cast<std::size_t>(axis)]);
  }
  if (batched && batch_axis == kNoAxis && node.batch() != 1)
    fail("it drops axis {}, which counts images", x.batch_axis);
  ImportedValue y = reshaped(node, x, shape, "");
  if (batched) y.batch_axis = batch_axis;
  node.set_output(0, y);
}

}  // namespace

ImportedValue reshaped(OnnxNode& node, const ImportedValue& value, const Shape& shape,
                       std::string_view suffix) {
  if (shape == value.shape) return value;
  ImportedValue result = value;
  if (value.is_constant()) {
    result.constant = value.constant->reshaped(shape);
    result.grid = grid_after_reshape(value.grid, value.shape, shape);
    result.shape = shape;
    return result;
  }
  // Elements keep their order, so that the last of several reshapes decides alone.
  ImportedValue source = node.state().before_reshape(value);
  if (shape == source.shape) return source;
  return node.append_keeping_grid(Reshape{shape}, source, suffix);
}

ImportedValue transposed(OnnxNode& node, const ImportedValue& value,
                         const std::vector<std::int64_t>& order, std::string_view suffix) {
  if (!value.is_constant()) return node.append_keeping_grid(Transpose{order}, value, suffix);
  ImportedValue result = value;
  node.state().take(value.shape);
  result.constant = digital::transpose(*value.constant, order);
  result.shape = result.constant->shape();
  if (result.grid && result.grid->axis >= 0)
    result.grid->axis =
        static_cast<int>(std::ranges::find(order, result.grid->axis) - order.begin());
  return result;
}

void build_reshape(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const bool zero_is_zero = node.integer("allowzero", 0) != 0;
  set_reshaped(
      node, x,
      wanted_shape(node, node.file_shape(x), node.constant_integers(1, "shape"), zero_is_zero));
}

void build_flatten(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const Shape shape = node.file_shape(x);
  std::int64_t axis = node.integer("axis", 1);
  if (axis < 0) axis += std::ssize(shape);
  if (axis < 0 || axis > std::ssize(shape)) fail("axis {} where there are {}", axis, shape.size());
  const std::int64_t rows = element_count({shape.begin(), shape.begin() + axis});
  set_reshaped(node, x, {rows, rows == 0 ? 0 : element_count(shape) / rows});
}

void build_squeeze(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const Shape shape = node.file_shape(x);
  std::vector<std::int64_t> axes = node.integers_or_input("axes", 1, 13);
  for (std::int64_t& axis : axes) axis += axis < 0 ? std::ssize(shape) : 0;
  const bool all = axes.empty();
  std::vector<std::int64_t> kept;
  for (std::int64_t axis = 0; axis < std::ssize(shape); ++axis) {
    const std::int64_t extent = shape[static_cast<std::size_t>(axis)];
    const bool named = std::ranges::find(axes, axis) != axes.end();
    if (named && extent != 1) fail("axis {} has extent {}, not 1", axis, extent);
    if (!named && !(all && extent == 1)) kept.push_back(axis);
  }
  set_with_axes(node, x, kept);
}

void build_unsqueeze(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  std::vector<std::int64_t> axes = node.integers_or_input("axes", 1, 13);
  const std::int64_t rank = node.rank(x) + std::ssize(axes);
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::ranges::sort(axes);
  std::vector<std::int64_t> result(static_cast<std::size_t>(node.rank(x)));
  std::iota(result.begin(), result.end(), 0);
  for (const std::int64_t axis : axes) {
    if (axis < 0 || axis > std::ssize(result)) fail("axis {} where there are {}", axis, rank);
    result.insert(result.begin() + axis, -1);
  }
  set_with_axes(node, x, result);
}

void build_transpose(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  std::vector<std::int64_t> order(static_cast<std::size_t>(node.rank(x)));
  std::iota(order.rbegin(), order.rend(), 0);
  order = node.integers("perm", order);
  if (std::ssize(order) != node.rank(x))
    fail("an order of {} axes where there are {}", order.size(), node.rank(x));
  if (!node.counts_images(x)) return node.set_output(0, transposed(node, x, order, ""));
  std::vector<std::int64_t> within;
  std::int64_t batch_axis = 0;
  for (std::int64_t i = 0; i < std::ssize(order); ++i) {
    const std::int64_t axis = order[static_cast<std::size_t>(i)];
    if (axis == x.batch_axis)
      batch_axis = i;
    else
      within.push_back(node.axis(x, axis));
  }
  ImportedValue y = x;
  if (!std::ranges::is_sorted(within)) y = transposed(node, x, within, "");
  y.batch_axis = batch_axis;
  node.set_output(0, y);
}

namespace {

/// Channels, height and width of images, divided as `parts` say and put in another order, as
/// `shape`.
void rearrange(OnnxNode& node, const Shape& parts, const std::vector<std::int64_t>& order,
               const Shape& shape) {
  const ImportedValue apart = reshaped(node, node.input(0), parts, "/apart");
  node.set_output(0, reshaped(node, transposed(node, apart, order, "/order"), shape, ""));
}

/// Attribute 'blocksize' of an operator on images.
std::int64_t block_of_images(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  node.require_images_first(x);
  if (x.is_constant() || x.shape.size() != 3)
    fail("its input is no image of channels, height and width");
  const std::int64_t block = node.integer("blocksize", 0);
  if (block < 1 || block > kMostExtent)
    fail("blocksize = {}; it has to be 1 to {}", block, kMostExtent);
  return block;
}

}  // namespace

void build_depth_to_space(OnnxNode& node) {
  const std::int64_t block = block_of_images(node);
  const std::string mode = node.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    fail("mode '{}' is not supported; supported are DCR and CRD", mode);
  const Shape& in = node.input(0).shape;
  if (in[0] % (block * block) != 0)
    fail("{} channels are no whole number of blocks of {} by {}", in[0], block, block);
  const std::int64_t depth = in[0] / (block * block);
  const Shape shape{depth, in[1] * block, in[2] * block};
  if (mode == "DCR")
    return rearrange(node, {block, block, depth, in[1], in[2]}, {2, 3, 0, 4, 1}, shape);
  rearrange(node, {depth, block, block, in[1], in[2]}, {0, 3, 1, 4, 2}, shape);
}

void build_space_to_depth(OnnxNode& node) {
  const std::int64_t block = block_of_images(node);
  const Shape& in = node.input(0).shape;
  if (in[1] % block != 0 || in[2] % block != 0)
    fail("images of {} by {} are no whole number of blocks of {} by {}", in[1], in[2], block,
         block);
  const std::int64_t rows = in[1] / block;
  const std::int64_t columns = in[2] / block;
  rearrange(node, {in[0], rows, block, columns, block}, {2, 4, 0, 1, 3},
            {in[0] * block * block, rows, columns});
}

void build_shape(OnnxNode& node) {
  const Shape shape = node.file_shape(node.input(0));
  const std::int64_t rank = std::ssize(shape);
  const auto place = [rank](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  const std::int64_t start = place(node.integer("start", 0));
  const std::int64_t end = std::max(start, place(node.integer("end", rank)));
  const std::vector<std::int64_t> part(shape.begin() + start, shape.begin() + end);
  node.set_constant(Tensor::of<std::int64_t>({std::ssize(part)}, part), 7);
}

}  // namespace bitline
