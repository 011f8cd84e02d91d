#include <algorithm>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/digital/digital.h"
#include "bitline/importer/builders.h"

namespace bitline {
namespace {

std::vector<std::int64_t> axes_of(OnnxNode& node, const ImportedValue& x) {
  std::vector<std::int64_t> axes;
  for (const std::int64_t axis : node.integers_or_input("axes", 1, 18))
    axes.push_back(node.axis(x, axis));
  if (axes.empty()) {
    if (node.has_batch()) fail("without axes the mean runs across images; state the axes");
    axes.resize(x.shape.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  std::ranges::sort(axes);
  return axes;
}

// Before operator set 13 the softmax runs over all axes from `axis` on, together.
ImportedValue softmax(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const bool joint = node.operator_set() < 13;
  const std::int64_t axis = node.axis(x, node.integer("axis", joint ? 1 : -1));
  if (joint) node.require_images_first(x);
  if (!joint || axis + 1 == std::ssize(x.shape)) return node.append(Softmax{axis}, {x});
  Shape flat(x.shape.begin(), x.shape.begin() + axis);
  flat.push_back(element_count({x.shape.begin() + axis, x.shape.end()}));
  const ImportedValue y = node.append(Softmax{axis}, {reshaped(node, x, flat, "/flat")});
  return reshaped(node, y, x.shape);
}

}  // namespace

void build_softmax(OnnxNode& node) { node.set_output(0, softmax(node)); }

void build_log_softmax(OnnxNode& node) {
  const std::size_t before = node.network().nodes.size();
  node.set_output(0, softmax(node));
  for (std::size_t i = before; i < node.network().nodes.size(); ++i)
    if (std::holds_alternative<Softmax>(node.network().nodes[i].op))
      node.state().remember_log_softmax(node.network().nodes[i].name);
}

void build_layer_norm(OnnxNode& node) {
  node.integer("stash_type", 1);
  if (node.wants_output(1) || node.wants_output(2))
    fail("its second and third outputs (mean and deviation) are not supported");
  const ImportedValue& x = node.input(0);
  node.require_images_first(x);
  const LayerNorm norm{node.axis(x, node.integer("axis", -1)), node.epsilon(1e-5F)};
  std::map<std::string, Tensor> parameters{{"scale", node.constant(1, "scale")}};
  if (node.has_input(2)) parameters["shift"] = node.constant(2, "bias");
  node.build(norm, {x}, parameters);
}

namespace {

/// `per_entry` times each of them, one behind the other.
Tensor repeated(const Tensor& entries, std::int64_t per_entry) {
  Tensor all(DType::kF32, {entries.size() * per_entry});
  float* to = all.data<float>().data();
  for (const float entry : entries.data<float>()) to = std::fill_n(to, per_entry, entry);
  return all;
}

/// `entries` numbers from a constant input, as many times as makes one per channel.
Tensor per_channel(const OnnxNode& node, std::size_t i, std::string_view what, std::int64_t entries,
                   std::int64_t channels) {
  const Tensor& tensor = node.constant(i, what);
  if (tensor.dtype() != DType::kF32 || tensor.shape() != Shape{entries})
    fail("its {} has shape {}; needed are {} real numbers", what, to_string(tensor.shape()),
         entries);
  return repeated(tensor, channels / entries);
}

/// `groups` of the channels; `entries` numbers each in its scale and bias.
void build_norm_of_groups(OnnxNode& node, std::int64_t groups, std::int64_t entries) {
  const ImportedValue& x = node.input(0);
  const std::int64_t channels = x.shape[0];
  node.build(GroupNorm{groups, node.epsilon(1e-5F)}, {x},
             {{"scale", per_channel(node, 1, "scale", entries, channels)},
              {"shift", per_channel(node, 2, "bias", entries, channels)}});
}

/// Of images with axis 1 of the file in front.
std::int64_t channels_of(const OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  node.require_images_first(x);
  if (x.is_constant() || node.axis(x, 1) != 0) fail("its channels are not axis 1 of images");
  return x.shape[0];
}

}  // namespace

// Operator set 18 has a scale and a bias for each group, 21 for each channel.
void build_group_norm(OnnxNode& node) {
  node.integer("stash_type", 1);
  if (!node.has_attribute("num_groups")) fail("attribute 'num_groups' is missing");
  const std::int64_t groups = node.integer("num_groups", 1);
  const std::int64_t channels = channels_of(node);
  if (groups < 1 || channels % groups != 0)
    fail("num_groups = {} does not divide {} channels", groups, channels);
  build_norm_of_groups(node, groups, node.operator_set() < 21 ? groups : channels);
}

void build_instance_norm(OnnxNode& node) {
  const std::int64_t channels = channels_of(node);
  build_norm_of_groups(node, channels, channels);
}

void build_reduce_mean(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  if (node.integer("noop_with_empty_axes", 0) != 0 && node.integers_or_input("axes", 1, 18).empty())
    return node.set_output(0, x);
  const ReduceMean mean{axes_of(node, x), node.integer("keepdims", 1) != 0};
  if (x.is_constant()) {
    node.state().take(x.shape);
    return node.set_constant(digital::reduce_mean(*x.constant, mean.axes, mean.keep_axes),
                             x.element_type);
  }
  ImportedValue y = node.append(mean, {x});
  if (node.counts_images(x) && !mean.keep_axes)
    y.batch_axis -=
        std::ranges::count_if(mean.axes, [&x](std::int64_t axis) { return axis < x.batch_axis; });
  node.set_output(0, y);
}

}  // namespace bitline
