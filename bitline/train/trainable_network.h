// A Network that learns: LibTorch tensors, fake quantization in the forward pass.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/graph/network.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/torch/libtorch.h"
#include "bitline/train/analog_layer.h"

namespace bitline {

/// A tensor that the optimizer moves.
struct TrainableParameter {
  /// Of Network::tensors, "<name>.quant_scale" for a learned step, "<layer>.adc_delta" for a range.
  std::string key;
  at::Tensor value;     ///< leaf that requires a gradient
  bool decays = false;  ///< weights of convolutions and linear layers decay, nothing else
};

/// Forward pass of equation (8) with the straight-through gradients of (9) to (12). Float layers
/// and training are outside the bit-exact promise.
class TrainableNetwork {
 public:
  /// `quantizer` says whether the steps of network.quant are learned (lsq) or fixed (qnn).
  TrainableNetwork(Network network, TrainingQuantizer quantizer, at::Device device);

  /// From now on the layers of `plan` compute on the array through its ADCs; the others remain
  /// exact. The ADCs stay as they are but for ranges that `training` learns. Throws what Executor
  /// and its prepare() throw, and AnalogLayer.
  void put_on_array(const AdcPlan& plan, const AnalogTraining& training);
  /// Other ADCs for the layers on the array, all of which `plan` has to name. Throws Error where it
  /// names others, and what put_on_array() throws.
  void change_plan(const AdcPlan& plan);
  /// The ADCs as they are now, learned ranges included.
  AdcPlan plan() const;
  /// δ of the ADCs that learn their range, by layer, in LSB: F32 [1], what plan() rounds.
  std::map<std::string, Tensor> learned_deltas() const;
  void load_learned_deltas(const std::map<std::string, Tensor>& deltas);

  /// images [batch, channels, height, width] F32, normalised; returns logits [batch, classes].
  /// With `training`, batch-norm uses and updates batch statistics.
  at::Tensor forward(const at::Tensor& images, bool training);
  /// Sets every step that is still 0 from the values that `images` give.
  void calibrate(const at::Tensor& images);
  /// After an optimizer step: steps stay positive, learned ranges possible, and qnn weights inside
  /// their range.
  void constrain();

  const std::vector<TrainableParameter>& parameters() const { return parameters_; }
  /// Takes over the tensors and steps of `network`. Throws Error when a name or a shape differs.
  void load(const Network& network);
  /// Whether every weight, statistic and step is a number.
  bool is_finite() const;
  /// The network with the tensors as they are now.
  Network network() const;
  /// Whether it has a batch-norm of its own, not only what add_batch_norm() made.
  bool has_batch_norm() const;
  at::Device device() const { return device_; }

 private:
  at::Tensor apply(const Node& node, const std::vector<at::Tensor>& inputs, bool training);
  at::Tensor run_on_array(const Node& node, const AnalogLayer& layer, const at::Tensor& input);
  void make_analog_layers(const AdcPlan& plan);
  at::Tensor fake_quantize(const at::Tensor& value, const std::string& name, bool is_weight);

  Network network_;
  TrainingQuantizer quantizer_;
  at::Device device_;
  std::map<std::string, at::Tensor> tensors_;   ///< parameters, batch-norm statistics, constants
  std::map<std::string, at::Tensor> scales_;    ///< by the name in Network::quant
  std::map<std::string, std::string> carried_;  ///< of carried_grids(): they share a scale
  std::vector<TrainableParameter> parameters_;
  std::map<std::string, AnalogLayer> analog_;  ///< by node
  AdcPlan plan_;                               ///< of them, before ranges are learned
  AnalogTraining analog_training_;
  std::map<std::string, at::Tensor> deltas_;  ///< by node, of ADCs that learn their range
  bool calibrating_ = false;
};

}  // namespace bitline
