// What has been imported so far. Internal to importer/.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bitline/graph/network.h"
#include "bitline/importer/import_onnx.h"

namespace bitline {

/// The axis of the images where a file with a fixed batch of 1 has reshaped it away.
inline constexpr std::int64_t kNoAxis = -1;

/// What ConvInteger and MatMulInteger give: the sums that a layer's real numbers are, over the
/// scale of its input, while the layer's weights have the scale 1.
struct IntegerSums {
  std::string weight;  ///< key of Network::tensors
  double input_scale;
};

/// A value of the ONNX graph: made by a node of the network, or a constant.
struct ImportedValue {
  std::string node;                ///< empty for a constant
  Shape shape;                     ///< of one image; of a constant, the whole tensor's
  std::optional<Tensor> constant;  ///< F32 or I64
  int element_type = 1;            ///< ONNX's; 1 is FLOAT
  /// Of a constant on an integer grid; of a node's value, where it stands for the grid's integers
  /// (what QuantizeLinear gives, until DequantizeLinear reads it).
  std::optional<QuantSpec> grid;
  /// Of a node's value: which axis of the file counts images; kNoAxis where a network for one image
  /// has dropped it, and where the value follows from constants alone.
  std::int64_t batch_axis = 0;
  /// Of a node's value on a grid of scale 1: the scales, one for each entry of axis `channel_axis`
  /// of an image, that it stands for and a layer has to take into its weights.
  std::optional<Tensor> channel_scales = {};
  std::int64_t channel_axis = 0;
  /// Of a layer's value that stands for its sums, until a Mul gives them a scale.
  std::optional<IntegerSums> sums = {};

  bool is_constant() const { return constant.has_value(); }
};

/// The network under construction.
class ImportState {
 public:
  /// `batch`: the number of images that shape arithmetic sees; 0: no axis is the batch.
  explicit ImportState(std::int64_t batch) : batch_(batch) {}

  std::int64_t batch() const { return batch_; }
  bool has_batch() const { return batch_ != 0; }

  /// Throws Error when no node or initializer makes the value.
  const ImportedValue& value(const std::string& name) const;
  /// Whether some node reads the value, or it is the network's output.
  bool is_read(const std::string& name) const { return read_.contains(name); }
  void set_read(std::set<std::string> names) { read_ = std::move(names); }
  /// What the file's metadata say under a key; nullptr when they say nothing.
  const std::string* metadata(const std::string& key) const;
  void set_metadata(std::map<std::string, std::string> metadata) {
    metadata_ = std::move(metadata);
  }
  bool has(const std::string& name) const { return values_.contains(name); }
  void set(const std::string& name, ImportedValue value) { values_[name] = std::move(value); }
  /// Frees a value that nobody reads any more.
  void forget(const std::string& name) { values_.erase(name); }

  /// Appends a node under a name that is not taken yet; its shape follows from the inputs.
  ImportedValue append(const std::string& name, Operator op, std::vector<std::string> inputs,
                       const std::map<std::string, Tensor>& parameters = {});
  /// The node that was appended under that name; nullptr where there is none.
  const Node* node(const std::string& name) const;
  /// The value in front of the Reshape that makes `value`; `value` when another node makes it.
  ImportedValue before_reshape(const ImportedValue& value) const;
  /// The node's name; a constant gets one node when it is asked for first. `key` names a constant.
  std::string node_of(const ImportedValue& value, const std::string& key);
  /// Counts the elements of a constant that is about to be folded. Throws Error when all of them
  /// together are far more than a file of this size explains.
  void take(const Shape& shape);
  /// The file's own constants, which folding is measured by.
  void add_initializer(std::int64_t elements) { free_elements_ += kPerInitializer * elements; }

  /// Whether the sums of the layer with this weight get a scale for the first time.
  bool first_scaling(const std::string& weight) { return scaled_.insert(weight).second; }

  /// Of a Softmax that stands for a LogSoftmax: only in front of the output, where it goes away, do
  /// they mean the same.
  void remember_log_softmax(const std::string& node) { log_softmax_.push_back(node); }
  /// Throws Error where the network still has one.
  void require_no_log_softmax() const;

  Network network;

 private:
  std::string unused_name(const std::string& wanted);

  static constexpr std::int64_t kPerInitializer = 16;

  std::int64_t batch_;
  std::int64_t free_elements_ = std::int64_t{1} << 22;
  std::map<std::string, ImportedValue> values_;
  std::set<std::string> read_;
  std::set<std::string> scaled_;
  std::vector<std::string> log_softmax_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, Shape> shapes_;        // by node
  std::map<std::string, std::size_t> places_;  // of nodes in the network
  std::map<std::string, int> used_;            // how often a name was wanted
};

/// Of images, kernels, strides and pads: no network comes near, and products of three fit 64 bits.
inline constexpr std::int64_t kMostExtent = std::int64_t{1} << 20;

/// The number of images that stands for "any": shape arithmetic that mixes it with something else
/// gives numbers that are recognised.
inline constexpr std::int64_t kAnyBatch = 7919;

}  // namespace bitline
