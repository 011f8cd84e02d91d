// Concatenation and padding: operators that put entries beside those of a value.
#include <algorithm>
#include <cmath>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/digital/digital.h"
#include "bitline/importer/axis_entries.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/grids.h"

namespace bitline {
namespace {

/// Whether all integers of `part` are on the grid `whole`, as the same real numbers.
bool is_part_of(const QuantSpec& part, const QuantSpec& whole) {
  return part.scale.data<float>()[0] == whole.scale.data<float>()[0] &&
         part.zero_point == whole.zero_point && part.is_signed == whole.is_signed &&
         part.odd == whole.odd && part.minimum() >= whole.minimum() &&
         part.maximum() <= whole.maximum();
}

void require_on_grid(std::int64_t integer, const QuantSpec& spec) {
  if (integer < spec.minimum() || integer > spec.maximum())
    fail("its constant {} is not on the grid of its input, {} to {}", integer, spec.minimum(),
         spec.maximum());
}

/// What the integers of a constant stand for on the grid of values.
ImportedValue real_constant(const ImportedValue& constant, const QuantSpec& spec) {
  if (constant.constant->dtype() != DType::kI64)
    fail("some of its inputs are integers, others real numbers");
  for (const std::int64_t i : constant.constant->data<std::int64_t>()) require_on_grid(i, spec);
  ImportedValue real = constant;
  real.constant = Tensor(DType::kF32, constant.shape);
  std::ranges::transform(constant.constant->data<std::int64_t>(),
                         real.constant->data<float>().begin(),
                         [&spec](std::int64_t i) { return static_cast<float>(real_at(spec, i)); });
  return real;
}

/// Values that stand for the integers of one grid, and integer constants among them.
ImportedValue concat_integers(OnnxNode& node, const Concat& concat,
                              std::vector<ImportedValue> parts) {
  const QuantSpec* whole = nullptr;
  for (const ImportedValue& part : parts) {
    if (part.is_constant()) continue;
    if (!part.grid) fail("some of its inputs are integers, others real numbers");
    if (whole == nullptr || is_part_of(*whole, *part.grid)) whole = &*part.grid;
  }
  const QuantSpec spec = *whole;
  for (ImportedValue& part : parts) {
    if (part.is_constant())
      part = real_constant(part, spec);
    else if (!is_part_of(*part.grid, spec))
      fail(
          "its inputs are integers of different scales, zero points or types; give them one grid, "
          "or dequantize them first");
    part.grid.reset();
  }
  ImportedValue y = node.append(concat, parts);
  y.grid = spec;
  node.state().network.quant[y.node] = spec;
  return y;
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

/// The real number of an integer that is padded with.
double integer_pad(double value, const QuantSpec& spec) {
  if (!(std::abs(value) <= 65536) || value != std::floor(value))
    fail("it pads integers with {}", value);
  const auto integer = static_cast<std::int64_t>(value);
  require_on_grid(integer, spec);
  return real_at(spec, integer);
}

}  // namespace

ImportedValue concatenated(OnnxNode& node, std::vector<ImportedValue> parts, std::int64_t axis) {
  const auto computed =
      std::ranges::find_if(parts, [](const auto& part) { return !part.is_constant(); });
  if (computed == parts.end()) fail("all that it joins is constant");
  const ImportedValue first = *computed;
  const Concat concat{node.axis(first, axis)};
  for (ImportedValue& part : parts) part = node.per_image(part, first);
  return first.grid ? concat_integers(node, concat, std::move(parts)) : node.append(concat, parts);
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
  node.set_output(0, concatenated(node, std::move(parts), axis));
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
  if (!x.grid) return node.build(pad, {x});
  pad.value = integer_pad(plan.value, *x.grid);
  ImportedValue y = node.append_keeping_grid(pad, x);
  node.state().network.quant[y.node] = *y.grid;
  node.set_output(0, y);
}

}  // namespace bitline
