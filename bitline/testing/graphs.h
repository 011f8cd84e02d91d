// Small networks that tests put together by hand.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bitline/graph/network.h"

namespace bitline::test {

inline Tensor filled(Shape shape, float value) {
  Tensor tensor(DType::kF32, std::move(shape));
  std::ranges::fill(tensor.data<float>(), value);
  return tensor;
}

inline Tensor tensor_of(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), values);
}

inline Network network_with_input(Shape shape) {
  Network network;
  network.name = "small";
  network.nodes.push_back({"input", Input{std::move(shape)}, {}, {}});
  return network;
}

/// Appends a node; the key of a parameter is "<node>.<role>".
inline void append(Network& network, const std::string& name, Operator op,
                   std::vector<std::string> inputs,
                   const std::map<std::string, Tensor>& parameters = {}) {
  Node node{name, std::move(op), std::move(inputs), {}};
  for (const auto& [role, tensor] : parameters) {
    node.parameters[role] = name + "." + role;
    network.tensors[node.parameters[role]] = tensor;
  }
  network.nodes.push_back(std::move(node));
}

/// Batch-norm that changes nothing but by its epsilon.
inline std::map<std::string, Tensor> identity_norm(std::int64_t channels) {
  return {{"scale", filled({channels}, 1)},
          {"shift", filled({channels}, 0)},
          {"mean", filled({channels}, 0)},
          {"variance", filled({channels}, 1)}};
}

inline QuantSpec signed_spec(int bits, const std::vector<float>& scales = {1.0F}, int axis = -1) {
  QuantSpec spec;
  spec.bits = bits;
  spec.is_signed = true;
  spec.narrow = true;
  spec.axis = axis;
  spec.scale = tensor_of({static_cast<std::int64_t>(scales.size())}, scales);
  return spec;
}

inline QuantSpec unsigned_spec(int bits, float scale = 1.0F) {
  QuantSpec spec;
  spec.bits = bits;
  spec.scale = filled({1}, scale);
  return spec;
}

}  // namespace bitline::test
