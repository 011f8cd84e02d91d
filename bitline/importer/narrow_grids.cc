#include "bitline/importer/narrow_grids.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

QuantSpec parse_grid(const std::string& text, QuantSpec spec) {
  std::istringstream words(text);
  std::string kind;
  std::string narrow;
  spec.bits = 0;  // stays when the number is missing
  words >> kind >> spec.bits >> narrow;
  spec.odd = kind == "odd";
  spec.is_signed = spec.odd || kind == "signed";
  spec.narrow = narrow == "narrow";
  const bool is_known = spec.is_signed || kind == "unsigned";
  if (!is_known || (!narrow.empty() && !spec.narrow) || spec.bits < 1 || spec.bits > 16)
    fail("the metadata say '{}' of its grid; 'signed 4 narrow' would be one", text);
  return spec;
}

bool is_on_grid(std::int64_t integer, const QuantSpec& spec) {
  return spec.minimum() <= integer && integer <= spec.maximum() && !(spec.odd && integer % 2 == 0);
}

/// The Clip that makes the value; nullptr when another node does.
const Unary* clip_behind(const Node* node, std::string& source) {
  const auto* unary = node == nullptr ? nullptr : std::get_if<Unary>(&node->op);
  if (unary == nullptr || unary->function != UnaryFunction::kClip) return nullptr;
  source = node->inputs[0];
  return unary;
}

/// Gives `spec` fewer bits, `narrow` or not, if such a grid has the ends that are asked for and an
/// integer for 0. False, and nothing changed, if none has.
template <typename HasTheEnds>
bool narrow_to(QuantSpec& spec, const HasTheEnds& has_the_ends) {
  for (int bits = spec.bits; bits >= 1; --bits)
    for (const bool narrow : {false, true}) {
      QuantSpec candidate = spec;
      candidate.bits = bits;
      candidate.narrow = narrow;
      if (candidate.minimum() >= candidate.maximum() ||
          candidate.minimum() > candidate.zero_point ||
          candidate.maximum() < candidate.zero_point || !has_the_ends(candidate))
        continue;
      spec = candidate;
      return true;
    }
  return false;
}

struct Limits {
  std::int64_t low;
  std::int64_t high;
};

auto ends_at(const Limits& limits) {
  return [limits](const QuantSpec& spec) {
    return spec.minimum() == limits.low && spec.maximum() == limits.high;
  };
}

std::int64_t limit(const OnnxNode& node, std::size_t input, std::string_view what,
                   std::int64_t fallback) {
  if (!node.has_input(input)) return fallback;
  const std::vector<std::int64_t> integers = node.constant_integers(input, what);
  if (integers.size() != 1) fail("its {} has {} elements instead of one", what, integers.size());
  return integers[0];
}

/// Its grid has no scale: that is DequantizeLinear's to state.
void clip_constant(OnnxNode& node, const ImportedValue& x, const Limits& limits) {
  node.state().take(x.shape);
  Tensor clipped = x.constant->clone();
  for (std::int64_t& integer : clipped.data<std::int64_t>())
    integer = std::clamp(integer, limits.low, limits.high);
  std::optional<QuantSpec> grid = x.grid;
  const auto [bits, is_signed] = integer_type(x.element_type);
  if (bits >= 1 && bits <= kMostGridBits) {
    QuantSpec spec;
    spec.bits = bits;
    spec.is_signed = is_signed;
    if (narrow_to(spec, ends_at(limits))) grid = spec;
  }
  node.set_constant(std::move(clipped), x.element_type, grid);
}

}  // namespace

ImportedValue with_stated_sign(const OnnxNode& node, const ImportedValue& x, Grids& grids) {
  const std::string* text = node.stated_grid(0);
  if (text == nullptr || grids.spec.is_signed || !parse_grid(*text, grids.spec).is_signed) return x;
  const std::int64_t shift = std::int64_t{1} << (grids.spec.bits - 1);
  ImportedValue lower = x;
  lower.constant = x.constant->clone();
  for (std::int64_t& integer : lower.constant->data<std::int64_t>()) integer -= shift;
  for (std::int64_t& zero_point : grids.zero_points) zero_point -= shift;
  grids.spec.is_signed = true;
  return lower;
}

void take_stated_grid(const OnnxNode& node, std::span<const std::int64_t> integers,
                      QuantSpec& spec) {
  const std::string* text = node.stated_grid(0);
  if (text == nullptr) return;
  spec = parse_grid(*text, spec);
  for (const std::int64_t integer : integers)
    if (!is_on_grid(integer, spec))
      fail("the metadata say '{}' of its grid, on which {} is not; export the network again", *text,
           integer);
}

ImportedValue without_clip(const OnnxNode& node, const ImportedValue& x, QuantSpec& spec) {
  std::string source;
  const Unary* clip = x.is_constant() ? nullptr : clip_behind(node.maker(x), source);
  if (clip == nullptr || spec.scale.size() != 1) return x;
  const auto ends_at_the_limits = [clip](const QuantSpec& candidate) {
    return real_at(candidate, candidate.minimum()) == clip->alpha &&
           real_at(candidate, candidate.maximum()) == clip->beta;
  };
  if (!narrow_to(spec, ends_at_the_limits)) return x;
  ImportedValue unclipped = x;
  unclipped.node = source;
  return unclipped;
}

bool holds_integers(const ImportedValue& x) {
  return x.is_constant() ? x.constant->dtype() == DType::kI64 : x.grid.has_value();
}

void build_integer_clip(OnnxNode& node) {
  const ImportedValue& x = node.input(0);
  const Limits limits{limit(node, 1, "minimum", std::numeric_limits<std::int64_t>::min()),
                      limit(node, 2, "maximum", std::numeric_limits<std::int64_t>::max())};
  if (limits.low > limits.high)
    fail("its minimum {} is above its maximum {}", limits.low, limits.high);
  if (x.is_constant()) return clip_constant(node, x, limits);
  QuantSpec spec = *x.grid;
  Operator op = Identity{};
  if (!narrow_to(spec, ends_at(limits)))
    op = Unary{UnaryFunction::kClip, real_at(spec, std::max(limits.low, spec.minimum())),
               real_at(spec, std::min(limits.high, spec.maximum()))};
  ImportedValue y = node.append_keeping_grid(std::move(op), x);
  y.grid = spec;
  node.state().network.quant[y.node] = spec;
  node.set_output(0, y);
}

}  // namespace bitline
