// A Network that learns: LibTorch tensors, fake quantization in the forward pass.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/graph/network.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/runtime/libtorch.h"
#include "bitline/train/analog_layer.h"

namespace bitline {

/// A tensor that the optimizer moves.
struct TrainableParameter {
  std::string key;      ///< of Network::tensors, or "<name>.quant_scale" for a learned step
  at::Tensor value;     ///< leaf that requires a gradient
  bool decays = false;  ///< weights of convolutions and linear layers decay, nothing else
};

/// Forward pass of equation (8) with the straight-through gradients of (9) to (12). Float layers
/// and training are outside the bit-exact promise.
class TrainableNetwork {
 public:
  /// `quantizer` says whether the steps of network.quant are learned (lsq) or fixed (qnn).
  TrainableNetwork(Network network, TrainingQuantizer quantizer, at::Device device);

  /// From now on the layers of `plan` compute on the array through its ADCs, which stay as they
  /// are; the others remain exact. Throws what Executor and its prepare() throw, and AnalogLayer.
  void put_on_array(const AdcPlan& plan, const AnalogTraining& training);

  /// images [batch, channels, height, width] F32, normalised; returns logits [batch, classes].
  /// With `training`, batch-norm uses and updates batch statistics.
  at::Tensor forward(const at::Tensor& images, bool training);
  /// Sets every step that is still 0 from the values that `images` give.
  void calibrate(const at::Tensor& images);
  /// After an optimizer step: steps stay positive, qnn weights stay inside their range.
  void constrain();

  const std::vector<TrainableParameter>& parameters() const { return parameters_; }
  /// Takes over the tensors and steps of `network`. Throws Error when a name or a shape differs.
  void load(const Network& network);
  /// The network with the tensors as they are now.
  Network network() const;
  at::Device device() const { return device_; }

 private:
  at::Tensor apply(const Node& node, const std::vector<at::Tensor>& inputs, bool training);
  at::Tensor run_on_array(const Node& node, const AnalogLayer& layer, const at::Tensor& input);
  at::Tensor fake_quantize(const at::Tensor& value, const std::string& name, bool is_weight);

  Network network_;
  TrainingQuantizer quantizer_;
  at::Device device_;
  std::map<std::string, at::Tensor> tensors_;  ///< parameters, batch-norm statistics, constants
  std::map<std::string, at::Tensor> scales_;   ///< by the name in Network::quant
  std::vector<TrainableParameter> parameters_;
  std::map<std::string, AnalogLayer> analog_;  ///< by node
  bool calibrating_ = false;
};

}  // namespace bitline
