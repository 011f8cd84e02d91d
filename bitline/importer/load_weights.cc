#include "bitline/importer/load_weights.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/importer/rename_rules.h"

namespace bitline {
namespace {

using Names = std::vector<std::string>;

// In the order in which PyTorch defines them.
constexpr std::pair<std::string_view, std::string_view> kBatchNormRoles[] = {
    {"scale", "weight"}, {"shift", "bias"}, {"mean", "running_mean"}, {"variance", "running_var"}};
constexpr std::pair<std::string_view, std::string_view> kLayerRoles[] = {{"weight", "weight"},
                                                                         {"bias", "bias"}};

struct Slot {
  std::string key;         // in Network::tensors
  std::string torch_name;  // node and role in PyTorch's words
};

std::vector<Slot> slots_of(const Network& network) {
  std::vector<Slot> slots;
  for (const Node& node : network.nodes) {
    const auto add = [&](std::string_view role, std::string_view torch_role) {
      const auto key = node.parameters.find(std::string(role));
      if (key != node.parameters.end())
        slots.push_back({key->second, fmt::format("{}.{}", node.name, torch_role)});
    };
    const bool is_norm = std::holds_alternative<BatchNorm>(node.op);
    for (const auto& [role, torch_role] :
         is_norm ? std::span(kBatchNormRoles, 4) : std::span(kLayerRoles, 2))
      add(role, torch_role);
  }
  return slots;
}

std::string_view role_of(std::string_view name) { return name.substr(name.rfind('.') + 1); }

// PyTorch counts training batches there; evaluation does not need them.
bool is_counter(std::string_view name) { return role_of(name) == "num_batches_tracked"; }

std::string listed(const Names& names, std::string_view what) {
  constexpr std::size_t kMost = 20;
  if (names.empty()) return "";
  const auto shown = std::span(names).first(std::min(names.size(), kMost));
  return fmt::format("; {} {}: {}{}", names.size(), what, fmt::join(shown, ", "),
                     names.size() > kMost ? fmt::format(" and {} more", names.size() - kMost) : "");
}

/// Names that quantizers of other trainings give their parameters.
bool is_of_quantizer(std::string_view name) {
  constexpr std::string_view kWords[] = {"quant",    "observer", "zero_point", "step_size",
                                         "clip_val", "scaling",  "alpha"};
  return std::ranges::any_of(
      kWords, [name](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

struct Match {
  const Slot* slot;
  const NamedTensor* theirs;
};

std::vector<Match> match_by_name(const std::vector<Slot>& slots, const StateDict& state,
                                 const Network& network, RenameRules rules) {
  std::map<std::string, const NamedTensor*> by_name;
  for (const NamedTensor& entry : state.tensors) {
    const std::string name = rules.apply(entry.name);
    if (!is_counter(name) && !by_name.emplace(name, &entry).second)
      fail_usage("rename gives two tensors the name '{}'; give each its own", name);
  }
  rules.require_all_used();
  std::vector<Match> matches;
  Names missing;
  for (const Slot& slot : slots) {
    auto found = by_name.find(slot.key);
    if (found == by_name.end()) found = by_name.find(slot.torch_name);
    if (found == by_name.end()) {
      missing.push_back(slot.torch_name);
    } else {
      matches.push_back({&slot, found->second});
      by_name.erase(found);
    }
  }
  Names unexpected;
  for (const auto& [name, entry] : by_name) unexpected.push_back(name);
  if (!missing.empty() || !unexpected.empty())
    fail("the names do not fit network '{}'{}{}; {}", network.name, listed(missing, "missing"),
         listed(unexpected, "unexpected"),
         std::ranges::any_of(unexpected, is_of_quantizer)
             ? "quantizer parameters of another training cannot be taken over: save the float "
               "network, or export this one to ONNX with its quantizers"
             : "tell with rename which is which, or take the order of the file with match = "
               "\"order\"");
  return matches;
}

std::vector<Match> match_by_order(const std::vector<Slot>& slots, const StateDict& state,
                                  const Network& network) {
  if (!state.is_ordered)
    fail(
        "a safetensors file keeps no order of definition, so match = \"order\" cannot be "
        "used; tell with rename which name is which");
  std::vector<const NamedTensor*> entries;
  for (const NamedTensor& entry : state.tensors)
    if (!is_counter(entry.name)) entries.push_back(&entry);
  if (entries.size() != slots.size())
    fail("the file has {} tensors, but network '{}' has {} parameters, so their order cannot agree",
         entries.size(), network.name, slots.size());
  std::vector<Match> matches;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (role_of(entries[i]->name) != role_of(slots[i].torch_name))
      fail(
          "tensor {} of the file is '{}', but parameter {} of network '{}' is '{}'; their order "
          "does not agree, tell with rename which is which",
          i + 1, entries[i]->name, i + 1, network.name, slots[i].torch_name);
    matches.push_back({&slots[i], entries[i]});
  }
  return matches;
}

void require_shapes(const std::vector<Match>& matches, const Network& network) {
  Names wrong;
  for (const Match& match : matches) {
    const Shape& ours = network.tensors.at(match.slot->key).shape();
    const Shape& theirs = match.theirs->tensor.shape();
    if (ours != theirs)
      wrong.push_back(fmt::format("'{}' is {} in the file and {} in the network",
                                  match.theirs->name, to_string(theirs), to_string(ours)));
  }
  if (!wrong.empty())
    fail("the shapes do not fit network '{}'{}; check width, classes and input", network.name,
         listed(wrong, wrong.size() == 1 ? "differs" : "differ"));
}

Tensor as_float32(const NamedTensor& entry) {
  const Tensor& tensor = entry.tensor;
  if (tensor.dtype() == DType::kF32) return tensor.clone();
  if (tensor.dtype() != DType::kF64)
    fail("'{}' holds {}, but a parameter is a floating-point number; save the float network",
         entry.name, name_of(tensor.dtype()));
  Tensor converted(DType::kF32, tensor.shape());
  std::ranges::transform(tensor.data<double>(), converted.data<float>().begin(),
                         [](double value) { return static_cast<float>(value); });
  return converted;
}

}  // namespace

Network load_weights(Network network, const StateDict& state, const WeightOptions& options) {
  const std::vector<Slot> slots = slots_of(network);
  const std::vector<Match> matches =
      options.match == WeightMatch::kOrder
          ? match_by_order(slots, state, network)
          : match_by_name(slots, state, network, RenameRules(options.rename));
  require_shapes(matches, network);
  for (const Match& match : matches)
    network.tensors.at(match.slot->key) = as_float32(*match.theirs);
  infer_shapes(network);
  return network;
}

}  // namespace bitline
