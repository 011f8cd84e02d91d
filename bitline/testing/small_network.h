// A small residual network with every kind of step.
#pragma once

#include <string>
#include <vector>

#include "bitline/base/random.h"
#include "bitline/graph/network.h"

namespace bitline::test {

/// Draws a parameter uniformly from [low, high).
inline Tensor random_tensor(Random& random, Shape shape, double low, double high) {
  Tensor tensor(DType::kF32, std::move(shape));
  for (float& value : tensor.data<float>())
    value = static_cast<float>(low + (high - low) * random.uniform());
  return tensor;
}

class SmallNetwork {
 public:
  explicit SmallNetwork(std::uint64_t seed, Shape input = {3, 8, 8}) : random_(seed) {
    network_.name = "small";
    network_.nodes.push_back({"input", Input{std::move(input)}, {}, {}});
  }

  void conv(const std::string& name, const std::string& input, Shape kernel, Conv conv, int bits) {
    layer(name, conv, input, std::move(kernel), bits);
  }
  void linear(const std::string& name, const std::string& input, Shape shape, int bits) {
    layer(name, Linear{}, input, std::move(shape), bits);
    network_.nodes.back().parameters["bias"] = name + ".bias";
    network_.tensors[name + ".bias"] =
        random_tensor(random_, {network_.tensors.at(name + ".weight").dim(0)}, -1, 1);
  }
  void batch_norm(const std::string& name, const std::string& input, std::int64_t channels) {
    Node node{name, BatchNorm{}, {input}, {}};
    for (const char* role : {"scale", "shift", "mean", "variance"}) {
      node.parameters[role] = name + "." + role;
      const bool positive = std::string(role) == "scale" || std::string(role) == "variance";
      network_.tensors[name + "." + role] =
          random_tensor(random_, {channels}, positive ? 0.5 : -0.5, positive ? 1.5 : 0.5);
    }
    network_.nodes.push_back(node);
  }
  void plain(const std::string& name, Operator op, std::vector<std::string> inputs) {
    network_.nodes.push_back({name, std::move(op), std::move(inputs), {}});
  }
  void grid(const std::string& name, int bits, bool is_signed, float scale) {
    QuantSpec spec;
    spec.bits = bits;
    spec.is_signed = is_signed;
    spec.narrow = is_signed;
    spec.scale = Tensor::of<float>({1}, std::vector<float>{scale});
    network_.quant[name] = spec;
  }
  Network finish() && { return std::move(network_); }

 private:
  void layer(const std::string& name, Operator op, const std::string& input, Shape shape,
             int bits) {
    network_.nodes.push_back({name, std::move(op), {input}, {{"weight", name + ".weight"}}});
    network_.tensors[name + ".weight"] = random_tensor(random_, std::move(shape), -0.7, 0.7);
    grid(name + ".weight", bits, true, 0.1F);
  }

  Network network_;
  Random random_;
};

/// conv - norm - relu - (conv - norm, shortcut conv - norm) - add - relu - conv - relu - pool -
/// average - linear; first and last layer on 8 bits, the rest on 4.
inline Network small_network(std::uint64_t seed = 1) {
  SmallNetwork build(seed);
  build.grid("input", 8, true, 0.02F);
  build.conv("first", "input", {4, 3, 3, 3}, {.padding = 1}, 8);
  build.batch_norm("first_norm", "first", 4);
  build.plain("first_relu", Relu{}, {"first_norm"});
  build.grid("first_relu", 4, false, 0.3F);
  build.conv("main", "first_relu", {6, 4, 3, 3}, {.stride = 2, .padding = 1}, 4);
  build.batch_norm("main_norm", "main", 6);
  build.conv("shortcut", "first_relu", {6, 4, 1, 1}, {.stride = 2}, 4);
  build.batch_norm("shortcut_norm", "shortcut", 6);
  build.plain("add", ResidualAdd{}, {"main_norm", "shortcut_norm"});
  build.plain("add_relu", Relu{}, {"add"});
  build.grid("add_relu", 4, false, 0.3F);
  build.conv("grouped", "add_relu", {6, 3, 3, 3}, {.padding = 1, .groups = 2}, 4);
  build.plain("grouped_relu", Relu{}, {"grouped"});
  build.plain("pool", MaxPool{}, {"grouped_relu"});
  build.plain("average", GlobalAveragePool{}, {"pool"});
  build.grid("average", 8, false, 0.01F);
  build.linear("last", "average", {3, 6}, 8);
  return std::move(build).finish();
}

inline Tensor random_images(std::int64_t count, std::uint64_t seed = 2) {
  Random random(seed);
  return random_tensor(random, {count, 3, 8, 8}, -2, 2);
}

}  // namespace bitline::test
