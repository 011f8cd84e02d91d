// A network with every operator.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bitline/testing/small_network.h"

namespace bitline::test {

/// Appends nodes whose parameters are drawn at random.
class OperatorChain {
 public:
  OperatorChain(Shape input, std::uint64_t seed) : random_(seed) {
    network_.name = "operators";
    network_.nodes.push_back({"input", Input{std::move(input)}, {}, {}});
  }

  void add(const std::string& name, Operator op, std::vector<std::string> inputs,
           const std::map<std::string, Shape>& parameters = {}, double low = -0.7,
           double high = 0.7) {
    Node node{name, std::move(op), std::move(inputs), {}};
    for (const auto& [role, shape] : parameters) {
      node.parameters[role] = name + "." + role;
      const bool positive = role == "variance" || role == "scale";
      network_.tensors[name + "." + role] =
          random_tensor(random_, shape, positive ? 0.5 : low, positive ? 1.5 : high);
    }
    network_.nodes.push_back(std::move(node));
  }
  Network finish() && { return std::move(network_); }

 private:
  Network network_;
  Random random_;
};

/// Convolution, normalisation and windows: "images" [3, 9, 8] to "gathered" [3, 4, 6].
inline void add_image_operators(OperatorChain& chain) {
  chain.add("conv",
            Conv{.stride = {2, 1}, .padding = {1, 0, 0, 2}, .dilation = {1, 2}, .groups = 1},
            {"input"}, {{"weight", {4, 3, 3, 2}}, {"bias", {4}}});  // [4, 4, 8]
  chain.add("norm", BatchNorm{.epsilon = 1e-3}, {"conv"},
            {{"scale", {4}}, {"shift", {4}}, {"mean", {4}}, {"variance", {4}}});
  chain.add("pairs", GroupNorm{.groups = 2, .epsilon = 1e-4}, {"norm"},
            {{"scale", {4}}, {"shift", {4}}});
  chain.add("relu", Relu{}, {"pairs"});
  chain.add("max_pool",
            MaxPool{{.kernel = {2, 3},
                     .stride = {1, 2},
                     .padding = {1, 0, 0, 1},
                     .dilation = {1, 2},
                     .ceil = true}},
            {"relu"});  // [4, 4, 3]
  chain.add("mean",
            AveragePool{{.kernel = 2, .stride = 2, .padding = {1, 1, 0, 0}, .ceil = true}, true},
            {"max_pool"});  // [4, 3, 2]
  chain.add(
      "up",
      ConvTranspose{.stride = 2, .padding = {1, 0, 0, 1}, .output_padding = {1, 0}, .groups = 2},
      {"mean"}, {{"weight", {4, 1, 3, 3}}, {"bias", {2}}});  // [2, 7, 4]
  chain.add("holes",
            AveragePool{{.kernel = 2, .stride = 1, .padding = {0, 0, 1, 1}, .dilation = 2}, false},
            {"up"});  // [2, 6, 3]
  chain.add("each", GroupNorm{.groups = 2}, {"holes"}, {{"scale", {2}}, {"shift", {2}}});
  chain.add("padded", Pad{{1, 1, 0}, {0, 0, 3}, 0.5}, {"each"});  // [3, 7, 6]
  chain.add("gathered", Gather{1, {0, 6, 2, 4}}, {"padded"});     // [3, 4, 6]
}

/// Attention over tokens: "gathered" [3, 4, 6] to "attended" [24, 6].
inline void add_token_operators(OperatorChain& chain) {
  chain.add("flat", Reshape{{3, 24}}, {"gathered"});
  chain.add("tokens", Transpose{{1, 0}}, {"flat"});  // [24, 3]
  chain.add("project", Linear{}, {"tokens"}, {{"weight", {6, 3}}, {"bias", {6}}});
  chain.add("token_norm", BatchNorm{}, {"project"},
            {{"scale", {24}}, {"shift", {24}}, {"mean", {24}}, {"variance", {24}}});
  chain.add("position", Constant{}, {}, {{"value", {24, 6}}});
  chain.add("placed", Binary{BinaryFunction::kAdd}, {"token_norm", "position"});
  chain.add("layer_norm", LayerNorm{1, 1e-4}, {"placed"}, {{"scale", {6}}, {"shift", {6}}});
  chain.add("keys", Transpose{{1, 0}}, {"layer_norm"});
  chain.add("products", MatMul{}, {"layer_norm", "keys"});  // [24, 24]
  chain.add("attention", Softmax{1}, {"products"});
  chain.add("mixed", MatMul{}, {"attention", "layer_norm"});
  chain.add("attended", ResidualAdd{}, {"mixed", "layer_norm"});
}

/// Every function of one element, and the node that it reads.
inline std::vector<std::pair<Unary, std::string>> unary_functions() {
  return {{{UnaryFunction::kClip, -1.5, 1.5}, "attended"},
          {{UnaryFunction::kLeakyRelu, 0.1}, "attended"},
          {{UnaryFunction::kSigmoid}, "attended"},
          {{UnaryFunction::kHardSigmoid, 0.2, 0.5}, "attended"},
          {{UnaryFunction::kHardSwish}, "attended"},
          {{UnaryFunction::kTanh}, "attended"},
          {{UnaryFunction::kErf}, "attended"},
          {{UnaryFunction::kSqrt}, "sigmoid"},
          {{UnaryFunction::kTruncate, 0.25, 4}, "attended"},
          {{UnaryFunction::kAbs}, "attended"},
          {{UnaryFunction::kNeg}, "attended"},
          {{UnaryFunction::kExp}, "attended"},
          {{UnaryFunction::kLog}, "sigmoid"},
          {{UnaryFunction::kElu, 0.5}, "attended"},
          {{UnaryFunction::kCelu, 0.75}, "attended"},
          {{UnaryFunction::kSelu, 1.5, 1.25}, "attended"},
          {{UnaryFunction::kSoftplus}, "attended"},
          {{UnaryFunction::kSoftsign}, "attended"},
          {{UnaryFunction::kNonZero}, "truncate"}};
}

/// Functions of two elements, and the node that they read beside "positive".
inline std::vector<std::pair<BinaryFunction, std::string>> binary_functions() {
  return {{BinaryFunction::kSub, "attended"},
          {BinaryFunction::kMul, "attended"},
          {BinaryFunction::kDiv, "attended"},
          {BinaryFunction::kPow, "sigmoid"},
          {BinaryFunction::kMax, "exp"},
          {BinaryFunction::kMin, "exp"},
          {BinaryFunction::kEqual, "truncate"},
          {BinaryFunction::kGreater, "exp"},
          {BinaryFunction::kGreaterOrEqual, "exp"},
          {BinaryFunction::kLess, "exp"},
          {BinaryFunction::kLessOrEqual, "exp"}};
}

/// Every function of one and of two elements: "attended" [24, 6] to "functions" [24, 6].
inline void add_functions(OperatorChain& chain) {
  chain.add("positive", Constant{}, {}, {{"value", {6}}}, 1, 2);
  chain.add("slope", Constant{}, {}, {{"value", {1, 6}}}, 0.1, 0.4);
  std::vector<std::string> parts;
  for (const auto& [unary, input] : unary_functions()) {
    parts.emplace_back(name_of(unary.function));
    chain.add(parts.back(), unary, {input});
  }
  for (const auto& [function, input] : binary_functions()) {
    parts.emplace_back(name_of(function));
    chain.add(parts.back(), Binary{function}, {input, "positive"});
  }
  parts.emplace_back("prelu");
  chain.add("prelu", Binary{BinaryFunction::kPRelu}, {"attended", "slope"});
  for (const auto& [name, condition] : {std::pair{"where", "greater"}, {"chosen", "truncate"}}) {
    parts.emplace_back(name);
    chain.add(name, Where{}, {condition, "attended", "slope"});
  }
  chain.add("all", Concat{1}, parts);
  chain.add("sets", Reshape{{24, std::ssize(parts), 6}}, {"all"});
  chain.add("functions", ReduceMean{{1}, false}, {"sets"});
}

/// Input [3, 9, 8], 3 classes, no grids; every operator at least once
/// (ExecutorOperators.TheNetworkOfTestsHasEveryOperator).
inline Network every_operator(std::uint64_t seed = 1) {
  OperatorChain chain({3, 9, 8}, seed);
  add_image_operators(chain);
  add_token_operators(chain);
  add_functions(chain);
  chain.add("row_mean", ReduceMean{{0}}, {"functions"});  // [1, 6]
  chain.add("features", Flatten{}, {"row_mean"});
  chain.add("image_mean", GlobalAveragePool{}, {"max_pool"});
  chain.add("same", Identity{}, {"image_mean"});
  chain.add("joined", Concat{0}, {"features", "same"});  // [10]
  chain.add("last", Linear{}, {"joined"}, {{"weight", {3, 10}}, {"bias", {3}}});
  return std::move(chain).finish();
}

/// The same with grids on all layers, their zero points anywhere but at 0.
inline Network every_operator_on_grids(std::uint64_t seed = 1) {
  Network network = every_operator(seed);
  const auto put = [&](const std::string& name, int bits, bool is_signed, float scale,
                       std::int64_t zero_point) {
    QuantSpec spec;
    spec.bits = bits;
    spec.is_signed = is_signed;
    spec.narrow = is_signed && zero_point == 0;
    spec.zero_point = zero_point;
    spec.scale = Tensor::of<float>({1}, std::vector<float>{scale});
    network.quant[name] = spec;
  };
  put("input", 8, false, 1.0F / 64, 117);
  put("tokens", 4, true, 0.25F, -3);
  put("joined", 5, false, 0.125F, 11);
  for (const char* layer : {"conv", "project", "last"})
    put(std::string(layer) + ".weight", 4, true, 0.1F, 0);
  put("up.weight", 8, true, 1.0F / 128, 0);
  put("relu", 8, false, 1.0F / 32, 0);
  return network;
}

inline Tensor random_operator_images(std::int64_t count, std::uint64_t seed = 2) {
  Random random(seed);
  return random_tensor(random, {count, 3, 9, 8}, -2, 2);
}

}  // namespace bitline::test
