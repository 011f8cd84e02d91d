// One node of an ONNX graph, as the function sees it that builds network nodes from it. Internal to
// importer/.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/importer/import_state.h"

namespace bitline {

/// Attributes and inputs by name and position; Errors say what is missing or of another kind.
class OnnxNode {
 public:
  OnnxNode(ImportState& state, const onnx::NodeProto& proto, std::int64_t operator_set,
           std::filesystem::path folder);

  std::int64_t operator_set() const { return operator_set_; }
  std::string name() const;

  // Inputs.
  std::size_t input_count() const { return static_cast<std::size_t>(proto_.input_size()); }
  bool has_input(std::size_t i) const;
  const ImportedValue& input(std::size_t i) const;
  /// The tensor of an input that has to be constant.
  const Tensor& constant(std::size_t i, std::string_view what) const;
  /// The same as integers, or as one real number.
  std::vector<std::int64_t> constant_integers(std::size_t i, std::string_view what) const;
  double constant_number(std::size_t i, std::string_view what) const;
  bool all_constant() const;
  /// What the file's metadata say of the grid of a constant; nullptr when they say nothing.
  const std::string* stated_grid(std::size_t i) const;

  // Attributes. What is asked for counts as understood.
  bool has_attribute(std::string_view attribute) const { return find(attribute) != nullptr; }
  std::int64_t integer(std::string_view attribute, std::int64_t fallback);
  double number(std::string_view attribute, double fallback);
  /// Attribute 'epsilon', all bits of it where the file's metadata have them.
  double epsilon(double fallback);
  std::string text(std::string_view attribute, const std::string& fallback);
  std::vector<std::int64_t> integers(std::string_view attribute,
                                     std::vector<std::int64_t> fallback);
  /// An attribute in operator sets before `since`, from then on a constant input; empty where there
  /// is none.
  std::vector<std::int64_t> integers_or_input(std::string_view name, std::size_t input,
                                              std::int64_t since);
  std::vector<double> numbers(std::string_view attribute);
  Tensor tensor(std::string_view attribute, int& element_type);
  /// Throws Error that names an attribute nobody asked for.
  void require_all_understood() const;

  // Axes. Those of the file count the batch, where there is one.
  bool has_batch() const { return state_.has_batch(); }
  std::int64_t batch() const { return state_.batch(); }
  std::int64_t rank(const ImportedValue& value) const;
  /// Whether one of the value's axes in the file counts images.
  bool counts_images(const ImportedValue& value) const;
  /// From an axis of the file, negative ones from the end, to one of `value`. Throws Error for the
  /// batch and for axes that there are not.
  std::int64_t axis(const ImportedValue& value, std::int64_t axis) const;
  /// All extents as the file sees them, the batch included.
  Shape file_shape(const ImportedValue& value) const;
  /// A shape of the file without its batch. Throws Error when axis 0 is not the batch.
  Shape without_batch(const Shape& shape) const;
  /// Throws Error when a transposition has put another axis in front of the images.
  void require_images_first(const ImportedValue& value) const;

  // Results.
  std::size_t output_count() const { return static_cast<std::size_t>(proto_.output_size()); }
  /// Whether anything reads it.
  bool wants_output(std::size_t i) const;
  void set_output(std::size_t i, ImportedValue value);
  void set_constant(Tensor tensor, int element_type, std::optional<QuantSpec> grid = {});
  /// Appends a node named after this one; constants among the inputs become nodes of their own.
  ImportedValue append(Operator op, const std::vector<ImportedValue>& inputs,
                       const std::map<std::string, Tensor>& parameters = {},
                       std::string_view suffix = "");
  /// For operators that move elements or choose among them: integers on a grid stay what they are.
  ImportedValue append_keeping_grid(Operator op, const ImportedValue& input,
                                    std::string_view suffix = "");
  /// append(), and its value is output 0.
  void build(Operator op, const std::vector<ImportedValue>& inputs,
             const std::map<std::string, Tensor>& parameters = {});
  /// `operand`, where it is constant, as it meets each image of `value`: the axis of 1 in place of
  /// the batch is dropped.
  ImportedValue per_image(const ImportedValue& operand, const ImportedValue& value) const;
  ImportState& state() { return state_; }
  const Network& network() const { return state_.network; }
  /// The network's node that makes the value; nullptr for a constant.
  const Node* maker(const ImportedValue& value) const { return state_.node(value.node); }

 private:
  const onnx::AttributeProto* find(std::string_view attribute) const;
  std::int64_t batch_axis_of(const std::vector<ImportedValue>& inputs) const;
  const onnx::AttributeProto* take(std::string_view attribute, int type);

  ImportState& state_;
  const onnx::NodeProto& proto_;
  std::int64_t operator_set_;
  std::filesystem::path folder_;
  std::set<std::string, std::less<>> understood_;
};

/// Builds network nodes, or folds constants, and sets the outputs.
using OnnxBuilder = void (*)(OnnxNode& node);
/// By domain ("" is ONNX's own) and operator; nullptr when it is not supported.
OnnxBuilder find_onnx_builder(std::string_view domain, std::string_view op_type);

}  // namespace bitline
