#include "bitline/importer/onnx_node.h"

#include <algorithm>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {

using onnx::AttributeProto;

OnnxNode::OnnxNode(ImportState& state, const onnx::NodeProto& proto, std::int64_t operator_set,
                   std::filesystem::path folder)
    : state_(state), proto_(proto), operator_set_(operator_set), folder_(std::move(folder)) {}

std::string OnnxNode::name() const {
  if (!proto_.name().empty()) return proto_.name();
  return proto_.output_size() > 0 && !proto_.output(0).empty() ? proto_.output(0)
                                                               : proto_.op_type();
}

bool OnnxNode::has_input(std::size_t i) const {
  return i < input_count() && !proto_.input(static_cast<int>(i)).empty();
}

const ImportedValue& OnnxNode::input(std::size_t i) const {
  if (!has_input(i)) fail("input {} is missing", i);
  return state_.value(proto_.input(static_cast<int>(i)));
}

const Tensor& OnnxNode::constant(std::size_t i, std::string_view what) const {
  const ImportedValue& value = input(i);
  if (!value.is_constant())
    fail("its {} is computed while the network runs; only a constant is supported", what);
  return *value.constant;
}

std::vector<std::int64_t> OnnxNode::constant_integers(std::size_t i, std::string_view what) const {
  const Tensor& tensor = constant(i, what);
  if (tensor.dtype() != DType::kI64) fail("its {} has to hold integers", what);
  const auto data = tensor.data<std::int64_t>();
  return {data.begin(), data.end()};
}

double OnnxNode::constant_number(std::size_t i, std::string_view what) const {
  const Tensor& tensor = constant(i, what);
  if (tensor.size() != 1) fail("its {} has {} elements instead of one", what, tensor.size());
  return tensor.dtype() == DType::kF32 ? static_cast<double>(tensor.data<float>()[0])
                                       : static_cast<double>(tensor.data<std::int64_t>()[0]);
}

bool OnnxNode::all_constant() const {
  for (std::size_t i = 0; i < input_count(); ++i)
    if (has_input(i) && !input(i).is_constant()) return false;
  return true;
}

const AttributeProto* OnnxNode::find(std::string_view attribute) const {
  for (const AttributeProto& candidate : proto_.attribute())
    if (candidate.name() == attribute) return &candidate;
  return nullptr;
}

const AttributeProto* OnnxNode::take(std::string_view attribute, int type) {
  understood_.emplace(attribute);
  const AttributeProto* found = find(attribute);
  if (found != nullptr && found->type() != type)
    fail("attribute '{}' is of another kind than ONNX says", attribute);
  return found;
}

std::int64_t OnnxNode::integer(std::string_view attribute, std::int64_t fallback) {
  const AttributeProto* found = take(attribute, AttributeProto::INT);
  return found == nullptr ? fallback : found->i();
}

const std::string* OnnxNode::stated_grid(std::size_t i) const {
  return state_.metadata("bitline.grid." + proto_.input(static_cast<int>(i)));
}

double OnnxNode::epsilon(double fallback) {
  const double stated = number("epsilon", fallback);
  const std::string* text = state_.metadata("bitline.epsilon." + name());
  if (text == nullptr) return stated;
  const double exact = std::strtod(text->c_str(), nullptr);
  if (static_cast<float>(exact) != static_cast<float>(stated))
    fail("epsilon is {}, but the metadata say '{}'; export the network again", stated, *text);
  return exact;
}

double OnnxNode::number(std::string_view attribute, double fallback) {
  const AttributeProto* found = take(attribute, AttributeProto::FLOAT);
  return found == nullptr ? fallback : static_cast<double>(found->f());
}

std::string OnnxNode::text(std::string_view attribute, const std::string& fallback) {
  const AttributeProto* found = take(attribute, AttributeProto::STRING);
  return found == nullptr ? fallback : found->s();
}

std::vector<std::int64_t> OnnxNode::integers(std::string_view attribute,
                                             std::vector<std::int64_t> fallback) {
  const AttributeProto* found = take(attribute, AttributeProto::INTS);
  if (found == nullptr) return fallback;
  return {found->ints().begin(), found->ints().end()};
}

std::vector<std::int64_t> OnnxNode::integers_or_input(std::string_view name, std::size_t input,
                                                      std::int64_t since) {
  if (operator_set_ < since || has_attribute(name)) return integers(name, {});
  return has_input(input) ? constant_integers(input, name) : std::vector<std::int64_t>{};
}

std::vector<double> OnnxNode::numbers(std::string_view attribute) {
  const AttributeProto* found = take(attribute, AttributeProto::FLOATS);
  if (found == nullptr) return {};
  return {found->floats().begin(), found->floats().end()};
}

Tensor OnnxNode::tensor(std::string_view attribute, int& element_type) {
  const AttributeProto* found = take(attribute, AttributeProto::TENSOR);
  if (found == nullptr) fail("attribute '{}' is missing", attribute);
  element_type = found->t().data_type();
  return tensor_of(found->t(), folder_);
}

void OnnxNode::require_all_understood() const {
  for (const AttributeProto& attribute : proto_.attribute())
    if (!understood_.contains(attribute.name()))
      fail("attribute '{}' is not supported; supported are: {}", attribute.name(),
           fmt::join(understood_, ", "));
}

bool OnnxNode::counts_images(const ImportedValue& value) const {
  return has_batch() && !value.is_constant() && value.batch_axis != kNoAxis;
}

std::int64_t OnnxNode::rank(const ImportedValue& value) const {
  return std::ssize(value.shape) + (counts_images(value) ? 1 : 0);
}

std::int64_t OnnxNode::axis(const ImportedValue& value, std::int64_t axis) const {
  const std::int64_t all = rank(value);
  if (axis < -all || axis >= all) fail("axis {} where there are {}", axis, all);
  if (axis < 0) axis += all;
  if (!counts_images(value)) return axis;
  if (axis == value.batch_axis)
    fail("it works along axis {}, across images; only axes within an image are supported", axis);
  return axis < value.batch_axis ? axis : axis - 1;
}

Shape OnnxNode::file_shape(const ImportedValue& value) const {
  Shape shape = value.shape;
  if (counts_images(value)) shape.insert(shape.begin() + value.batch_axis, batch());
  return shape;
}

Shape OnnxNode::without_batch(const Shape& shape) const {
  if (!has_batch()) return shape;
  if (shape.empty() || shape[0] != batch())
    fail("the result's axis 0 does not count images ({}), so that images would be mixed",
         batch() == kAnyBatch ? "any number" : std::to_string(batch()));
  return {shape.begin() + 1, shape.end()};
}

void OnnxNode::require_images_first(const ImportedValue& value) const {
  if (!has_batch() || value.is_constant()) return;
  if (value.batch_axis == kNoAxis)
    fail("no axis of its input counts images; it needs them along axis 0");
  if (value.batch_axis != 0)
    fail("images lie along axis {} of its input; it needs them along axis 0", value.batch_axis);
}

bool OnnxNode::wants_output(std::size_t i) const {
  return i < output_count() && state_.is_read(proto_.output(static_cast<int>(i)));
}

void OnnxNode::set_output(std::size_t i, ImportedValue value) {
  if (i < output_count()) state_.set(proto_.output(static_cast<int>(i)), std::move(value));
}

void OnnxNode::set_constant(Tensor tensor, int element_type, std::optional<QuantSpec> grid) {
  const Shape shape = tensor.shape();
  set_output(0, {"", shape, std::move(tensor), element_type, std::move(grid), 0});
}

/// What is computed from constants alone has no axis of images, and meets every image as it is.
std::int64_t OnnxNode::batch_axis_of(const std::vector<ImportedValue>& inputs) const {
  if (!has_batch()) return 0;
  const auto counting = [this](const ImportedValue& value) { return counts_images(value); };
  const auto first = std::ranges::find_if(inputs, counting);
  if (first == inputs.end()) return inputs.empty() ? 0 : kNoAxis;
  for (const ImportedValue& value : inputs) {
    if (value.is_constant() || value.batch_axis == first->batch_axis) continue;
    if (value.batch_axis != kNoAxis)
      fail("images lie along axis {} of one input and axis {} of another", first->batch_axis,
           value.batch_axis);
    if (first->batch_axis != 0 || value.shape.size() > first->shape.size())
      fail(
          "images lie along axis {} of one input, and another of shape {} that does not count them "
          "does not fit behind it; export with constants folded",
          first->batch_axis, to_string(value.shape));
  }
  return first->batch_axis;
}

ImportedValue OnnxNode::append(Operator op, const std::vector<ImportedValue>& inputs,
                               const std::map<std::string, Tensor>& parameters,
                               std::string_view suffix) {
  std::vector<std::string> nodes;
  for (const ImportedValue& value : inputs) {
    if (value.grid && !value.is_constant())
      fail(
          "it computes with the integers that QuantizeLinear gives; only DequantizeLinear, MaxPool "
          "and operators that move elements may read them");
    if (value.sums)
      fail(
          "it reads the sums of integers; a Cast to FLOAT and a Mul with a constant have to follow "
          "ConvInteger and MatMulInteger");
    if (value.channel_scales)
      fail(
          "it reads a value with one scale per channel, which only a layer can take into its "
          "weights; use one scale");
    nodes.push_back(state_.node_of(value, name() + "/constant"));
  }
  ImportedValue result =
      state_.append(name() + std::string(suffix), std::move(op), std::move(nodes), parameters);
  result.batch_axis = batch_axis_of(inputs);
  return result;
}

ImportedValue OnnxNode::append_keeping_grid(Operator op, const ImportedValue& input,
                                            std::string_view suffix) {
  ImportedValue real = input;
  real.grid.reset();
  ImportedValue result = append(std::move(op), {real}, {}, suffix);
  result.grid = input.grid;
  return result;
}

void OnnxNode::build(Operator op, const std::vector<ImportedValue>& inputs,
                     const std::map<std::string, Tensor>& parameters) {
  set_output(0, append(std::move(op), inputs, parameters));
}

ImportedValue OnnxNode::per_image(const ImportedValue& operand, const ImportedValue& value) const {
  if (!has_batch() || !operand.is_constant()) return operand;
  const std::int64_t missing = rank(value) - std::ssize(operand.shape);
  if (missing < 0)
    fail("a constant of shape {} would put axes before the images", to_string(operand.shape));
  if (value.batch_axis < missing) return operand;
  Shape shape = operand.shape;
  const auto place = shape.begin() + (value.batch_axis - missing);
  if (*place != 1)
    fail("a constant of shape {} differs from image to image", to_string(operand.shape));
  shape.erase(place);
  ImportedValue result = operand;
  result.constant = operand.constant->reshaped(shape);
  result.shape = shape;
  return result;
}

}  // namespace bitline
