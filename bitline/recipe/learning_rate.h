// The learning rate at the top of the schedule: stated, or found for the network that is trained.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bitline {

/// η₀ of equation (13), as a configuration has it.
struct LearningRate {
  enum class By {
    kValue,    ///< `value`
    kNetwork,  ///< `value`, and kShareWithoutBatchNorm of it for a network without batch-norm
    kTest      ///< the best of kTestedRates over the first steps
  };
  By by = By::kValue;
  double value = 0.1;

  /// What a configuration says for kTest.
  static constexpr std::string_view kAuto = "auto";
  /// docs/results/elsewhere.md has what a higher rate does.
  static constexpr double kShareWithoutBatchNorm = 0.05;

  /// Of a network with or without batch-norm.
  double of_network(bool has_batch_norm) const {
    return by == By::kNetwork && !has_batch_norm ? value * kShareWithoutBatchNorm : value;
  }
};

/// Rates that kTest tries.
inline constexpr std::array kTestedRates{0.3,   0.1,    0.03,   0.01,   0.003,
                                         0.001, 0.0003, 0.0001, 0.00003};

/// For descriptions: equal texts mean equal rates for one network.
inline std::string field_value(const LearningRate& rate) {
  if (rate.by == LearningRate::By::kTest) return std::string(LearningRate::kAuto);
  return fmt::format("{}{}", rate.value,
                     rate.by == LearningRate::By::kNetwork ? " by the network" : "");
}

}  // namespace bitline
