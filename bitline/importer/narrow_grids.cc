#include "bitline/importer/narrow_grids.h"

#include <algorithm>
#include <sstream>

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
const Unary* clip_behind(const Network& network, const std::string& name, std::string& source) {
  const auto node =
      std::ranges::find_if(network.nodes, [&name](const Node& n) { return n.name == name; });
  const auto* unary = node == network.nodes.end() ? nullptr : std::get_if<Unary>(&node->op);
  if (unary == nullptr || unary->function != UnaryFunction::kClip) return nullptr;
  source = node->inputs[0];
  return unary;
}

/// The real number of an integer; qdq.cc of exporter/ works it out in the same way.
double real_at(const QuantSpec& spec, std::int64_t integer) {
  return static_cast<double>(spec.scale.data<float>()[0] *
                             static_cast<float>(integer - spec.zero_point));
}

}  // namespace

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
  const Unary* clip = x.is_constant() ? nullptr : clip_behind(node.network(), x.node, source);
  if (clip == nullptr || spec.scale.size() != 1) return x;
  for (int bits = spec.bits; bits >= 1; --bits)
    for (const bool narrow : {false, true}) {
      QuantSpec candidate = spec;
      candidate.bits = bits;
      candidate.narrow = narrow;
      if (candidate.minimum() >= candidate.maximum() ||
          candidate.maximum() < candidate.zero_point ||
          real_at(candidate, candidate.minimum()) != clip->alpha ||
          real_at(candidate, candidate.maximum()) != clip->beta)
        continue;
      spec = candidate;
      ImportedValue unclipped = x;
      unclipped.node = source;
      return unclipped;
    }
  return x;
}

}  // namespace bitline
