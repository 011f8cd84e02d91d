#include "bitline/runtime/lowering.h"

#include <algorithm>
#include <map>
#include <set>

#include "bitline/graph/kept_values.h"
#include "bitline/quantize/fold_batch_norm.h"
#include "bitline/runtime/exact_step.h"

namespace bitline {
namespace {

/// Follows the chain behind a layer and notes which nodes it swallows.
class Folder {
 public:
  explicit Folder(const Network& network) : network_(network), shapes_(infer_shapes(network)) {
    for (const Node& node : network.nodes)
      for (const std::string& input : node.inputs) readers_[input].push_back(&node);
    look_ahead();
  }

  bool swallowed(const Node& node) const { return swallowed_.contains(&node); }

  /// Index of the last node that the step covers.
  std::size_t fold(Step& step) {
    const Node* last = step.node;
    step.nodes.push_back(last);
    if (!step.is_layer()) {
      finish(step, *last);
      return place_of(*last);
    }
    while (const Node* next = only_reader(*last)) {
      if (!absorb(step, *last, *next)) break;
      swallowed_.insert(next);
      step.nodes.push_back(next);
      last = next;
      if (step.relu) break;
    }
    finish(step, *last);
    return place_of(*last);
  }

 private:
  std::size_t place_of(const Node& node) const {
    return static_cast<std::size_t>(&node - network_.nodes.data());
  }

  /// The one node that reads the value, when nothing else needs it and it has no grid of its own.
  const Node* only_reader(const Node& node) const {
    const auto readers = readers_.find(node.name);
    if (readers == readers_.end() || readers->second.size() != 1) return nullptr;
    if (network_.quant.contains(node.name) || swallowed(*readers->second[0])) return nullptr;
    return readers->second[0];
  }

  bool absorb(Step& step, const Node& last, const Node& next) const {
    if (std::holds_alternative<BatchNorm>(next.op) && &last == step.node &&
        has_channels_first(last, shapes_.at(last.name))) {
      step.batch_norm = &next;
    } else if (std::holds_alternative<ResidualAdd>(next.op) && !step.addend) {
      step.addend = next.inputs[0] == last.name ? next.inputs[1] : next.inputs[0];
      if (*step.addend == last.name) return step.addend.reset(), false;
    } else if (std::holds_alternative<Relu>(next.op)) {
      step.relu = true;
    } else {
      return false;
    }
    return true;
  }

  void finish(Step& step, const Node& last) const {
    step.output = last.name;
    const auto spec = network_.quant.find(last.name);
    if (spec != network_.quant.end())
      step.spec = spec->second;
    else if (const QuantSpec* moved = ahead_.at(&last).moved; moved != nullptr)
      step.spec_ahead = *moved;
    else if (const QuantSpec* summed = ahead_.at(&last).summed; summed != nullptr)
      step.sum_spec_ahead = *summed;
  }

  static bool is_moved(const Operator& op) {
    return keeps_values(op) || std::holds_alternative<Relu>(op);
  }
  static bool is_summed(const Operator& op) { return is_moved(op) || has_exact_form(op); }

  /// The first grid behind a value, past operators that move it, or sum it too, and which nothing
  /// else reads from; null where there is none.
  struct GridsAhead {
    const QuantSpec* moved = nullptr;
    const QuantSpec* summed = nullptr;
  };

  /// That of every node. From the last one on, so that each looks at its reader alone.
  void look_ahead() {
    for (std::size_t i = network_.nodes.size(); i-- > 0;) {
      const Node& node = network_.nodes[i];
      GridsAhead& ahead = ahead_[&node];
      const auto readers = readers_.find(node.name);
      if (readers == readers_.end() || readers->second.size() != 1) continue;
      const Node& next = *readers->second[0];
      GridsAhead behind = ahead_.at(&next);
      const auto spec = network_.quant.find(next.name);
      if (spec != network_.quant.end())
        behind.moved = behind.summed = spec->second.axis < 0 ? &spec->second : nullptr;
      if (is_moved(next.op)) ahead.moved = behind.moved;
      if (is_summed(next.op)) ahead.summed = behind.summed;
    }
  }

  const Network& network_;
  std::map<std::string, Shape> shapes_;
  std::map<std::string, std::vector<const Node*>> readers_;
  std::map<const Node*, GridsAhead> ahead_;
  std::set<const Node*> swallowed_;
};

std::vector<std::string> inputs_of(const Step& step) {
  std::vector<std::string> inputs = step.node->inputs;
  if (step.addend) inputs.push_back(*step.addend);
  return inputs;
}

}  // namespace

std::vector<Step> lower(const Network& network) {
  Folder folder(network);
  std::map<std::size_t, Step> by_last_node;  // a step runs where its last node stands
  for (const Node& node : network.nodes) {
    if (folder.swallowed(node)) continue;
    Step step;
    step.node = &node;
    const std::size_t last = folder.fold(step);
    by_last_node[last] = std::move(step);
  }
  std::vector<Step> steps;
  std::map<std::string, Step> constants;
  for (auto& [last, step] : by_last_node) {
    const bool is_output = step.output == network.nodes.back().name;
    if (std::holds_alternative<Constant>(step.node->op) && !is_output) {
      constants.emplace(step.output, std::move(step));
      continue;
    }
    for (const std::string& input : inputs_of(step))
      if (const auto constant = constants.extract(input))
        steps.push_back(std::move(constant.mapped()));
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<std::vector<std::string>> live_values(const std::vector<Step>& steps) {
  std::vector<std::vector<std::string>> live(steps.size() + 1);
  std::set<std::string> needed{steps.back().output};
  live.back().assign(needed.begin(), needed.end());
  for (std::size_t i = steps.size(); i-- > 0;) {
    needed.erase(steps[i].output);
    for (const std::string& input : inputs_of(steps[i])) needed.insert(input);
    live[i].assign(needed.begin(), needed.end());
  }
  return live;
}

}  // namespace bitline
