// A Network as the steps that an Executor runs: batch-norm, residual sum, ReLU and re-quantization
// are folded behind the layer that feeds them. The Network itself stays as it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bitline/graph/network.h"

namespace bitline {

/// A convolution or linear layer and what follows it at once; or a single node of another kind.
struct Step {
  const Node* node = nullptr;  ///< what runs first; a layer has more behind it
  const Node* batch_norm = nullptr;
  std::optional<std::string> addend;  ///< value that is added behind the batch-norm
  bool relu = false;
  std::vector<const Node*> nodes;  ///< all that the step covers, in order
  std::string output;              ///< name of the value that the step makes
  std::optional<QuantSpec> spec;   ///< grid of that value
  /// Of a value without one: the grid that it gets further on, behind nodes that only move its
  /// elements, choose the largest of them, or set negative ones to 0. To round before or behind
  /// those is the same.
  std::optional<QuantSpec> spec_ahead;
  /// Of a value that comes to no grid so: the one that a residual sum or a mean of it comes to.
  std::optional<QuantSpec> sum_spec_ahead;
  bool is_layer() const {
    return std::holds_alternative<Conv>(node->op) || std::holds_alternative<Linear>(node->op);
  }
};

/// Steps in an order in which every input comes first, and constants, which are repeated for every
/// image, no sooner than they are read. Throws what validate throws. The Network has to outlive
/// them.
std::vector<Step> lower(const Network& network);

/// For each step: the names of the values that steps from here on read. The values before step i
/// that are not in the i-th list may be dropped.
std::vector<std::vector<std::string>> live_values(const std::vector<Step>& steps);

}  // namespace bitline
