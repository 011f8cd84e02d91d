#include "bitline/graph/shape_rules.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// One rule per operator.
struct Rules {
  const Site& site;

  const Shape& first() const { return site.inputs[0]; }

  void require_axis(std::int64_t axis) const {
    if (axis < 0 || axis >= std::ssize(first()))
      fail("axis {} where the input has the shape {}", axis, to_string(first()));
  }

  Shape operator()(const Input& input) const;
  Shape operator()(const Conv& conv) const;
  Shape operator()(const ConvTranspose& conv) const;
  Shape operator()(const Linear&) const;
  Shape operator()(const BatchNorm&) const;
  Shape operator()(const Relu&) const { return first(); }
  Shape operator()(const Unary&) const { return first(); }
  Shape operator()(const Identity&) const { return first(); }
  Shape operator()(const ResidualAdd&) const;
  Shape operator()(const Binary&) const { return broadcast_shapes(first(), site.inputs[1]); }
  Shape operator()(const Where&) const {
    return broadcast_shapes(first(), broadcast_shapes(site.inputs[1], site.inputs[2]));
  }
  Shape operator()(const MatMul&) const;
  Shape operator()(const MaxPool& pool) const { return pooled(pool.windows); }
  Shape operator()(const AveragePool& pool) const { return pooled(pool.windows); }
  Shape operator()(const GlobalAveragePool&) const {
    site.require_rank(3);
    return {first()[0]};
  }
  Shape operator()(const Flatten&) const { return {element_count(first())}; }
  Shape operator()(const Softmax& softmax) const {
    require_axis(softmax.axis);
    return first();
  }
  Shape operator()(const LayerNorm& norm) const;
  Shape operator()(const GroupNorm& norm) const;
  Shape operator()(const ReduceMean& mean) const;
  Shape operator()(const Concat& concat) const;
  Shape operator()(const Gather& gather) const;
  Shape operator()(const Reshape& reshape) const;
  Shape operator()(const Transpose& transpose) const;
  Shape operator()(const Pad& pad) const;
  Shape operator()(const MultiThreshold& thresholds) const;
  Shape operator()(const Constant&) const {
    return site.network.parameter(site.node, "value").shape();
  }

  Shape pooled(const Windows& windows) const;
};

Shape Rules::operator()(const MultiThreshold& op) const {
  require_axis(op.axis);
  const Tensor& thresholds = site.network.parameter(site.node, "thresholds");
  const std::int64_t extent = first()[static_cast<std::size_t>(op.axis)];
  if (thresholds.shape().size() != 2 || thresholds.dim(1) < 1 ||
      (thresholds.dim(0) != 1 && thresholds.dim(0) != extent))
    fail("thresholds of shape {} for {} entries of axis {}", to_string(thresholds.shape()), extent,
         op.axis);
  site.require_parameter("thresholds", thresholds.shape());
  const auto count = static_cast<std::size_t>(thresholds.dim(1));
  const auto all = thresholds.data<float>();
  for (std::size_t row = 0; row < all.size(); row += count)
    if (!std::ranges::is_sorted(all.subspan(row, count))) fail("its thresholds do not ascend");
  return first();
}

Shape Rules::operator()(const Input& input) const {
  if (&site.node != &site.network.nodes.front()) fail("a network has one input, its first node");
  if (input.shape.empty() ||
      std::ranges::any_of(input.shape, [](auto extent) { return extent < 1; }))
    fail("the shape {} is empty; every extent has to be 1 or more", to_string(input.shape));
  return input.shape;
}

Shape Rules::operator()(const Conv& conv) const {
  site.require_rank(3);
  const Shape& in = first();
  const Tensor& weight = site.network.parameter(site.node, "weight");
  if (weight.shape().size() != 4)
    fail("weight of shape {} is not a 2-D kernel", to_string(weight.shape()));
  const std::int64_t out = weight.dim(0);
  if (element_count(weight.shape()) == 0)
    fail("weight of shape {} has no elements", to_string(weight.shape()));
  if (conv.groups < 1 || in[0] % conv.groups != 0 || out % conv.groups != 0)
    fail("{} groups do not divide {} input and {} output channels", conv.groups, in[0], out);
  site.require_parameter("weight", {out, in[0] / conv.groups, weight.dim(2), weight.dim(3)});
  if (site.has("bias")) site.require_parameter("bias", {out});
  const Padding& pad = conv.padding;
  if (std::min({pad.top, pad.left, pad.bottom, pad.right}) < 0)
    fail("padding {}, {}, {}, {} is negative", pad.top, pad.left, pad.bottom, pad.right);
  return {out,
          window_count(in[1], weight.dim(2), conv.stride.height, conv.dilation.height,
                       pad.top + pad.bottom, false),
          window_count(in[2], weight.dim(3), conv.stride.width, conv.dilation.width,
                       pad.left + pad.right, false)};
}

Shape Rules::operator()(const ConvTranspose& conv) const {
  site.require_rank(3);
  const Shape& in = first();
  const Tensor& weight = site.network.parameter(site.node, "weight");
  if (weight.shape().size() != 4)
    fail("weight of shape {} is not a 2-D kernel", to_string(weight.shape()));
  if (conv.groups < 1 || in[0] % conv.groups != 0)
    fail("{} groups do not divide {} input channels", conv.groups, in[0]);
  site.require_parameter("weight", {in[0], weight.dim(1), weight.dim(2), weight.dim(3)});
  const std::int64_t out = weight.dim(1) * conv.groups;
  if (site.has("bias")) site.require_parameter("bias", {out});
  const Padding& pad = conv.padding;
  return {out,
          transposed_extent(in[1], weight.dim(2), conv.stride.height, conv.dilation.height,
                            pad.top + pad.bottom, conv.output_padding.height),
          transposed_extent(in[2], weight.dim(3), conv.stride.width, conv.dilation.width,
                            pad.left + pad.right, conv.output_padding.width)};
}

Shape Rules::operator()(const Linear&) const {
  if (first().empty()) fail("a number where a vector of features is needed");
  const Tensor& weight = site.network.parameter(site.node, "weight");
  if (weight.shape().size() != 2)
    fail("weight of shape {} is not a matrix", to_string(weight.shape()));
  if (element_count(weight.shape()) == 0)
    fail("weight of shape {} has no elements", to_string(weight.shape()));
  site.require_parameter("weight", {weight.dim(0), first().back()});
  if (site.has("bias")) site.require_parameter("bias", {weight.dim(0)});
  Shape shape = first();
  shape.back() = weight.dim(0);
  return shape;
}

Shape Rules::operator()(const BatchNorm&) const {
  for (const char* role : {"scale", "shift", "mean", "variance"})
    site.require_parameter(role, {first().at(0)});
  for (const float variance : site.network.parameter(site.node, "variance").data<float>())
    if (variance < 0)
      fail("parameter 'variance' holds {}; a variance is 0 or more, so the file is damaged",
           variance);
  return first();
}

Shape Rules::operator()(const ResidualAdd&) const {
  if (site.inputs[1] != first())
    fail("cannot add shapes {} and {}", to_string(first()), to_string(site.inputs[1]));
  return first();
}

Shape Rules::operator()(const MatMul&) const {
  Shape a = first();
  Shape b = site.inputs[1];
  if (a.size() < 2 || b.size() < 2 || a.back() != b[b.size() - 2])
    fail("cannot multiply matrices of shapes {} and {}", to_string(a), to_string(b));
  const std::int64_t rows = a[a.size() - 2];
  const std::int64_t columns = b.back();
  a.resize(a.size() - 2);
  b.resize(b.size() - 2);
  Shape shape = broadcast_shapes(a, b);
  shape.insert(shape.end(), {rows, columns});
  return shape;
}

/// Throws Error where the last of the windows along a side of `size` covers padding alone.
std::int64_t checked_count(std::int64_t count, std::int64_t stride, std::int64_t size,
                           std::int64_t before) {
  if ((count - 1) * stride >= size + before)
    fail(
        "ceil_mode makes window {} of a side of {}, and that lies in the padding alone; export the "
        "network without ceil_mode, which leaves such windows out",
        count, size);
  return count;
}

Shape Rules::pooled(const Windows& w) const {
  site.require_rank(3);
  const std::int64_t rows =
      window_count(first()[1], w.kernel.height, w.stride.height, w.dilation.height,
                   w.padding.top + w.padding.bottom, w.ceil);
  const std::int64_t columns =
      window_count(first()[2], w.kernel.width, w.stride.width, w.dilation.width,
                   w.padding.left + w.padding.right, w.ceil);
  return {first()[0], checked_count(rows, w.stride.height, first()[1], w.padding.top),
          checked_count(columns, w.stride.width, first()[2], w.padding.left)};
}

Shape Rules::operator()(const LayerNorm& norm) const {
  require_axis(norm.axis);
  const Shape normalized(first().begin() + norm.axis, first().end());
  site.require_parameter("scale", normalized);
  if (site.has("shift")) site.require_parameter("shift", normalized);
  return first();
}

Shape Rules::operator()(const GroupNorm& norm) const {
  require_axis(0);
  const std::int64_t channels = first()[0];
  if (norm.groups < 1 || channels % norm.groups != 0)
    fail("{} groups do not divide {} channels", norm.groups, channels);
  for (const char* role : {"scale", "shift"}) site.require_parameter(role, {channels});
  return first();
}

Shape Rules::operator()(const ReduceMean& mean) const {
  Shape shape;
  for (const std::int64_t axis : mean.axes) require_axis(axis);
  for (std::int64_t axis = 0; axis < std::ssize(first()); ++axis) {
    if (!std::ranges::binary_search(mean.axes, axis))
      shape.push_back(first()[static_cast<std::size_t>(axis)]);
    else if (mean.keep_axes)
      shape.push_back(1);
  }
  return shape;
}

Shape Rules::operator()(const Concat& concat) const {
  require_axis(concat.axis);
  const auto axis = static_cast<std::size_t>(concat.axis);
  Shape shape = first();
  shape[axis] = 0;
  for (const Shape& input : site.inputs) {
    Shape others = input;
    if (others.size() == shape.size()) others[axis] = 0;
    Shape expected = shape;
    expected[axis] = 0;
    if (others != expected)
      fail("shapes {} and {} differ beyond axis {}", to_string(first()), to_string(input),
           concat.axis);
    shape[axis] += input[axis];
  }
  return shape;
}

Shape Rules::operator()(const Gather& gather) const {
  require_axis(gather.axis);
  Shape shape = first();
  std::int64_t& extent = shape[static_cast<std::size_t>(gather.axis)];
  for (const std::int64_t index : gather.indices)
    if (index < 0 || index >= extent)
      fail("index {} along axis {} of shape {}", index, gather.axis, to_string(first()));
  extent = std::ssize(gather.indices);
  return shape;
}

Shape Rules::operator()(const Reshape& reshape) const {
  if (element_count(reshape.shape) != element_count(first()))
    fail("shape {} cannot become {}", to_string(first()), to_string(reshape.shape));
  return reshape.shape;
}

Shape Rules::operator()(const Transpose& transpose) const {
  std::vector<std::int64_t> sorted = transpose.order;
  std::ranges::sort(sorted);
  std::vector<std::int64_t> axes(first().size());
  std::iota(axes.begin(), axes.end(), 0);
  if (sorted != axes)
    fail("{} is no order of the axes of shape {}", to_string(transpose.order), to_string(first()));
  Shape shape;
  for (const std::int64_t axis : transpose.order)
    shape.push_back(first()[static_cast<std::size_t>(axis)]);
  return shape;
}

Shape Rules::operator()(const Pad& pad) const {
  if (pad.before.size() != first().size() || pad.behind.size() != first().size())
    fail("{} and {} pads for shape {}", pad.before.size(), pad.behind.size(), to_string(first()));
  Shape shape = first();
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    shape[axis] += pad.before[axis] + pad.behind[axis];
    if (std::min(pad.before[axis], pad.behind[axis]) < 0 || shape[axis] < 1)
      fail("pads {} and {} along axis {}; they have to be 0 or more", pad.before[axis],
           pad.behind[axis], axis);
  }
  return shape;
}

}  // namespace

void Site::require_rank(std::size_t rank) const {
  if (inputs[0].size() != rank)
    fail("input of shape {} where {} axes (without the batch) are needed", to_string(inputs[0]),
         rank);
}

void Site::require_parameter(std::string_view role, const Shape& shape) const {
  const Tensor& tensor = network.parameter(node, role);
  if (tensor.shape() != shape)
    fail("parameter '{}' has shape {}, but {} is needed", role, to_string(tensor.shape()),
         to_string(shape));
  for (const float value : tensor.data<float>())
    if (!std::isfinite(value))
      fail("parameter '{}' holds {}; train again with a smaller learning rate", role, value);
}

Shape infer_shape(const Site& site) { return std::visit(Rules{site}, site.node.op); }

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  Shape shape = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  const std::size_t offset = shape.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::int64_t& extent = shape[offset + i];
    if (extent != shorter[i] && extent != 1 && shorter[i] != 1)
      fail("shapes {} and {} cannot be broadcast to one", to_string(a), to_string(b));
    if (extent == 1) extent = shorter[i];
  }
  return shape;
}

}  // namespace bitline
