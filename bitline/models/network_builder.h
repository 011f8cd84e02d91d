// Appends layers to a Network one after another, with freshly drawn weights.
#pragma once

#include <string>

#include "bitline/base/random.h"
#include "bitline/graph/network.h"

namespace bitline {

/// Each call appends one node that reads `input` and returns its name. Weights are drawn from
/// N(0, 2 / fan_out) (He et al., 2015), batch-norm starts as the identity.
class NetworkBuilder {
 public:
  NetworkBuilder(std::string name, Shape input_shape, std::uint64_t seed);

  const std::string& input() const { return network_.nodes.front().name; }
  std::string conv(const std::string& name, const std::string& input, std::int64_t in_channels,
                   std::int64_t out_channels, std::int64_t kernel, std::int64_t stride);
  std::string linear(const std::string& name, const std::string& input, std::int64_t in_features,
                     std::int64_t out_features, bool bias);
  std::string batch_norm(const std::string& name, const std::string& input, std::int64_t channels);
  std::string relu(const std::string& name, const std::string& input);
  std::string add(const std::string& name, const std::string& a, const std::string& b);
  std::string max_pool(const std::string& name, const std::string& input);
  std::string global_average_pool(const std::string& name, const std::string& input);
  std::string flatten(const std::string& name, const std::string& input);

  /// The finished network, validated.
  Network finish() &&;

 private:
  Node& append(const std::string& name, Operator op, std::vector<std::string> inputs);
  void add_parameter(Node& node, const std::string& role, Tensor tensor);
  Tensor random_weight(Shape shape, double deviation);

  Network network_;
  Random random_;
};

}  // namespace bitline
