#include "bitline/train/trainable_network.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/graph/kept_values.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/add_batch_norm.h"
#include "bitline/runtime/executor.h"
#include "bitline/train/learned_range.h"
#include "bitline/train/learned_step.h"
#include "bitline/train/torch_operator.h"

namespace bitline {
namespace {

constexpr double kSmallestScale = 1e-8;
constexpr const char* kScaleSuffix = ".quant_scale";
constexpr const char* kDeltaSuffix = ".adc_delta";

/// Convolutions run faster with channels last in memory.
at::Tensor channels_last(const at::Tensor& tensor) {
  return tensor.dim() == 4 ? tensor.contiguous(at::MemoryFormat::ChannelsLast) : tensor;
}

/// The same value for each of `count` images.
at::Tensor repeated(const at::Tensor& value, std::int64_t count) {
  std::vector<std::int64_t> shape = value.sizes().vec();
  shape.insert(shape.begin(), count);
  return value.unsqueeze(0).expand(shape).contiguous();
}

/// Statistics of a batch-norm follow the batches; the value of a constant stays.
bool is_learned(const std::string& role) {
  return role != "mean" && role != "variance" && role != "value";
}

}  // namespace

TrainableNetwork::TrainableNetwork(Network network, TrainingQuantizer quantizer, at::Device device)
    : network_(std::move(network)), quantizer_(quantizer), device_(device) {
  for (const Node& node : network_.nodes) {
    for (const auto& [role, key] : node.parameters) {
      if (tensors_.contains(key)) continue;  // several nodes may share one
      at::Tensor tensor = channels_last(to_torch(network_.parameter(node, role)).to(device_));
      if (is_learned(role)) {
        tensor.requires_grad_(true);
        parameters_.push_back({key, tensor, role == "weight"});
      }
      tensors_[key] = tensor;
    }
  }
  carried_ = carried_grids(network_);
  for (const auto& [name, spec] : network_.quant) {
    if (carried_.contains(name)) continue;
    if (spec.rounding != Rounding::kHalfEven)
      fail(
          "'{}' is rounded to its grid by {}, but training only rounds half to even; give the "
          "network grids of its own with [quantize]",
          name, name_of(spec.rounding));
    at::Tensor scale = to_torch(spec.scale).to(device_);
    if (quantizer_ == TrainingQuantizer::kLsq) {
      scale.requires_grad_(true);
      parameters_.push_back({name + kScaleSuffix, scale, false});
    }
    scales_[name] = scale;
  }
  for (const auto& [name, first] : carried_) scales_[name] = scales_.at(first);
}

at::Tensor TrainableNetwork::fake_quantize(const at::Tensor& value, const std::string& name,
                                           bool is_weight) {
  const auto found = network_.quant.find(name);
  if (found == network_.quant.end() || carried_.contains(name)) return value;
  const QuantSpec& spec = found->second;
  at::Tensor& scale = scales_.at(name);
  if (calibrating_ && (scale <= 0).any().item<bool>()) {
    const at::NoGradGuard no_grad;
    const Tensor host = from_torch(value);
    scale.fill_(initial_scale(quantizer_, host.data<float>(), spec, is_weight));
  }
  const double elements = static_cast<double>(is_weight ? value.numel() / scale.numel()
                                                        : value.numel() / value.size(0));
  const double factor = 1 / std::sqrt(elements * static_cast<double>(spec.maximum()));
  return learned_step(value, scale, spec, factor);
}

void TrainableNetwork::make_analog_layers(const AdcPlan& plan) {
  const Network now = network();
  // Checks the plan and runs nothing, so nothing has to be packed for the fast engine.
  const Executor executor(now, MacMode::kAnalog, analog_training_.array, Engine::kReference);
  executor.prepare(plan);
  analog_.clear();
  for (const IntegerLayer& layer : integer_layers(now))
    if (const auto planned = plan.layers.find(layer.name); planned != plan.layers.end())
      analog_.emplace(layer.name,
                      AnalogLayer(now.node(layer.name), layer, planned->second, analog_training_));
  plan_ = plan;
}

void TrainableNetwork::put_on_array(const AdcPlan& plan, const AnalogTraining& training) {
  analog_training_ = training;
  make_analog_layers(plan);
  if (!training.learn_ranges) return;
  for (const auto& [layer, adc] : plan.layers) {
    at::Tensor delta = at::full({1}, adc.spec.delta.to_double(), at::TensorOptions(device_));
    delta.requires_grad_(true);
    parameters_.push_back({layer + kDeltaSuffix, delta, false});
    deltas_[layer] = delta;
  }
}

void TrainableNetwork::change_plan(const AdcPlan& plan) {
  const auto name_of_entry = [](const auto& entry) { return entry.first; };
  if (!std::ranges::equal(plan.layers, plan_.layers, {}, name_of_entry, name_of_entry))
    fail("another plan for a network in training has to name the same {} layers",
         plan_.layers.size());
  if (plan.layers.empty()) return;
  make_analog_layers(plan);
  const at::NoGradGuard no_grad;
  for (auto& [layer, delta] : deltas_) delta.fill_(plan.layers.at(layer).spec.delta.to_double());
}

AdcPlan TrainableNetwork::plan() const {
  AdcPlan plan = plan_;
  for (const auto& [layer, delta] : deltas_)
    plan.layers[layer] = with_learned_delta(plan.layers[layer], delta.item<double>());
  return plan;
}

std::map<std::string, Tensor> TrainableNetwork::learned_deltas() const {
  std::map<std::string, Tensor> deltas;
  for (const auto& [layer, delta] : deltas_) deltas[layer] = from_torch(delta);
  return deltas;
}

void TrainableNetwork::load_learned_deltas(const std::map<std::string, Tensor>& deltas) {
  const at::NoGradGuard no_grad;
  for (auto& [layer, delta] : deltas_) {
    const auto found = deltas.find(layer);
    if (found == deltas.end() || found->second.size() != 1)
      fail("the checkpoint has no learned range of '{}': it is of another network", layer);
    delta.copy_(to_torch(found->second));
  }
}

at::Tensor TrainableNetwork::run_on_array(const Node& node, const AnalogLayer& layer,
                                          const at::Tensor& input) {
  const std::string& weight = node.parameters.at("weight");
  at::Tensor y =
      layer.forward({input, scales_.at(node.inputs[0]).detach()},
                    {fake_quantize(tensors_.at(weight), weight, true), scales_.at(weight).detach()},
                    deltas_.contains(node.name) ? deltas_.at(node.name) : at::Tensor());
  const auto bias = node.parameters.find("bias");
  if (bias == node.parameters.end()) return y;
  const bool is_linear = std::holds_alternative<Linear>(node.op);
  const at::Tensor& b = tensors_.at(bias->second);
  return y + (is_linear ? b : b.view({1, -1, 1, 1}));
}

at::Tensor TrainableNetwork::apply(const Node& node, const std::vector<at::Tensor>& inputs,
                                   bool training) {
  if (const auto analog = analog_.find(node.name); analog != analog_.end())
    return run_on_array(node, analog->second, inputs[0]);
  std::map<std::string, at::Tensor> parameters;
  for (const auto& [role, key] : node.parameters) {
    const at::Tensor& tensor = tensors_.at(key);
    parameters[role] = role == "weight" ? fake_quantize(tensor, key, true) : tensor;
  }
  return run_in_torch(node, inputs, parameters, training);
}

at::Tensor TrainableNetwork::forward(const at::Tensor& images, bool training) {
  std::map<std::string, at::Tensor> values;
  for (const Node& node : network_.nodes) {
    std::vector<at::Tensor> inputs;
    for (const std::string& input : node.inputs) inputs.push_back(values.at(input));
    at::Tensor value;
    if (std::holds_alternative<Input>(node.op)) {
      std::vector<std::int64_t> shape = std::get<Input>(node.op).shape;
      shape.insert(shape.begin(), images.size(0));
      value = channels_last(images.to(device_).reshape(shape));
    } else if (std::holds_alternative<Constant>(node.op)) {
      value = repeated(tensors_.at(node.parameters.at("value")), images.size(0));
    } else {
      value = apply(node, inputs, training);
    }
    values[node.name] = fake_quantize(value, node.name, false);
  }
  return values.at(network_.nodes.back().name);
}

void TrainableNetwork::calibrate(const at::Tensor& images) {
  const at::NoGradGuard no_grad;
  calibrating_ = true;
  forward(images, false);
  calibrating_ = false;
}

void TrainableNetwork::constrain() {
  const at::NoGradGuard no_grad;
  for (const auto& [name, spec] : network_.quant) {
    at::Tensor& scale = scales_.at(name);
    scale.clamp_min_(kSmallestScale);
    const auto weight = tensors_.find(name);
    if (quantizer_ != TrainingQuantizer::kQnn || weight == tensors_.end()) continue;
    std::vector<std::int64_t> broadcast(static_cast<std::size_t>(weight->second.dim()), 1);
    broadcast[0] = -1;
    const at::Tensor bound = (scale * static_cast<double>(spec.maximum())).view(broadcast);
    weight->second.clamp_(-bound, bound);
  }
  for (auto& [layer, delta] : deltas_) {
    const PlannedAdc& adc = plan_.layers.at(layer);
    delta.clamp_(0, largest_delta(adc.spec, adc.sums).to_double());
  }
}

void TrainableNetwork::load(const Network& network) {
  const at::NoGradGuard no_grad;
  const auto copy = [](at::Tensor& to, const std::string& key, const Tensor& from) {
    if (to.sizes() != at::IntArrayRef(from.shape()))
      fail("'{}' has shape {} in the file, which is of another network", key,
           to_string(from.shape()));
    to.copy_(to_torch(from));
  };
  for (auto& [key, tensor] : tensors_) {
    const auto found = network.tensors.find(key);
    if (found == network.tensors.end())
      fail("'{}' is missing in the file, which is of another network", key);
    copy(tensor, key, found->second);
  }
  for (auto& [name, scale] : scales_) {
    const auto found = network.quant.find(name);
    if (found == network.quant.end())
      fail("'{}' has no quantizer in the file, which is of another network", name);
    copy(scale, name, found->second.scale);
  }
}

bool TrainableNetwork::is_finite() const {
  const auto all_finite = [](const auto& tensors) {
    return std::ranges::all_of(tensors, [](const auto& entry) {
      return entry.second.isfinite().all().template item<bool>();
    });
  };
  return all_finite(tensors_) && all_finite(scales_);
}

bool TrainableNetwork::has_batch_norm() const {
  return std::ranges::any_of(network_.nodes, [](const Node& node) {
    return std::holds_alternative<BatchNorm>(node.op) && !is_added_batch_norm(node);
  });
}

Network TrainableNetwork::network() const {
  Network result = network_;
  for (const auto& [key, tensor] : tensors_) result.tensors[key] = from_torch(tensor);
  for (const auto& [name, scale] : scales_) result.quant[name].scale = from_torch(scale);
  return result;
}

}  // namespace bitline
