// Weights on a grid by what a layer's outputs lose, not weight by weight. Of E. Frantar et al.,
// GPTQ, ICLR 2023, what is behind it: Babai's nearest plane, here towards outputs of the float
// network from inputs that are on their grid already.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/graph/quant_spec.h"

namespace bitline {

/// Sums over samples of one group of a layer: what its inputs are on their grid, and what its
/// outputs are in the float network. All in double, sample by sample, so that nothing depends on
/// threads.
class RoundingSamples {
 public:
  /// Of `fan_in` inputs and `outputs` outputs.
  RoundingSamples(std::int64_t fan_in, std::int64_t outputs);

  /// inputs [samples, fan_in], outputs [samples, outputs] without bias.
  void add(std::span<const float> inputs, std::span<const double> outputs);
  std::int64_t count() const { return count_; }

  /// Levels A − z [outputs, fan_in] that leave little of the outputs' variance of error, equation
  /// (17a): `weights` [outputs, fan_in] are those of the float network, `scales` one for all
  /// outputs or one each. Rounded one by one where all inputs are constant. Needs a sample.
  std::vector<float> levels(std::span<const float> weights, std::span<const float> scales,
                            const QuantSpec& spec) const;

 private:
  std::size_t fan_in_;
  std::size_t outputs_;
  std::int64_t count_ = 0;
  std::vector<double> input_sums_;   // [fan_in]
  std::vector<double> output_sums_;  // [outputs]
  std::vector<double> squares_;      // Σ x_i x_k, [fan_in, fan_in], k ≤ i
  std::vector<double> products_;     // Σ y_o x_i, [outputs, fan_in]
};

}  // namespace bitline
