#include "bitline/importer/import_onnx.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/importer/last_softmax.h"
#include "bitline/importer/onnx_model.h"
#include "bitline/importer/onnx_node.h"
#include "bitline/importer/onnx_tensor.h"
#include "bitline/importer/simplify.h"
#include "bitline/importer/unsupported_operator.h"

namespace bitline {
namespace {

using onnx::GraphProto;

/// The inputs that are not initializers: what the network is given when it runs.
std::vector<const onnx::ValueInfoProto*> real_inputs(const GraphProto& graph) {
  std::set<std::string_view> constants;
  for (const auto& tensor : graph.initializer()) constants.insert(tensor.name());
  std::vector<const onnx::ValueInfoProto*> inputs;
  for (const auto& input : graph.input())
    if (!constants.contains(input.name())) inputs.push_back(&input);
  return inputs;
}

/// One extent as the file has it: a number, the name of an open one, or ?.
std::string text_of(const onnx::TensorShapeProto::Dimension& extent) {
  if (extent.has_dim_value()) return std::to_string(extent.dim_value());
  return extent.dim_param().empty() ? "?" : extent.dim_param();
}

/// The whole shape so, for example [batch, 3, height, width].
std::string open_shape(const onnx::ValueInfoProto& input) {
  std::vector<std::string> extents;
  for (const auto& extent : input.type().tensor_type().shape().dim())
    extents.push_back(text_of(extent));
  return fmt::format("[{}]", fmt::join(extents, ", "));
}

/// The stated extents; 0 stands for one that is open.
Shape stated_shape(const onnx::ValueInfoProto& input) {
  const auto& type = input.type().tensor_type();
  if (!is_floating_point(type.elem_type()))
    fail("input '{}' holds {}; supported are real numbers", input.name(),
         name_of_element_type(type.elem_type()));
  if (!type.has_shape())
    fail("input '{}' has no shape; export with fixed image sizes", input.name());
  Shape shape;
  for (const auto& extent : type.shape().dim())
    shape.push_back(extent.has_dim_value() ? extent.dim_value() : 0);
  return shape;
}

struct InputPlan {
  std::string name;
  Shape shape;             ///< of one image
  std::int64_t batch = 0;  ///< ImportState's
};

/// Whether `wanted` has every size that `shape` states.
bool fits(const Shape& wanted, const Shape& shape) {
  return std::ranges::equal(wanted, shape, [](std::int64_t own, std::int64_t stated) {
    return stated == 0 || stated == own;
  });
}

/// Open sizes of an image from `wanted`, where there is one.
void fill_open_sizes(const onnx::ValueInfoProto& input, Shape wanted, Shape& shape) {
  const Shape channels_first = wanted;
  if (!fits(wanted, shape) && wanted.size() == 3)
    std::rotate(wanted.begin(), wanted.begin() + 1, wanted.end());
  if (!wanted.empty() && !fits(wanted, shape))
    fail(
        "model.input = {} does not fit the input '{}' of the file, {}; each size that the file "
        "states has to stay",
        to_string(channels_first), input.name(), open_shape(input));
  if (!wanted.empty()) shape = wanted;
  for (const std::int64_t extent : shape)
    if (extent < 1 || extent > kMostExtent)
      fail(
          "input '{}' has an open size in {}, or one above {}; say with model.input = {} which "
          "one is meant, or export with fixed sizes",
          input.name(), open_shape(input), kMostExtent,
          shape.size() == 3 ? "[channels, height, width]"
                            : fmt::format("[…], {} numbers,", shape.size()));
}

InputPlan plan_input(const GraphProto& graph, const OnnxOptions& options) {
  const auto inputs = real_inputs(graph);
  if (inputs.size() != 1) {
    std::vector<std::string> names;
    for (const auto* input : inputs) names.push_back(input->name());
    fail("the network has {} inputs ({}); supported is one, the images", names.size(),
         fmt::join(names, ", "));
  }
  InputPlan plan{inputs[0]->name(), stated_shape(*inputs[0]), 0};
  if (options.has_batch) {
    if (plan.shape.size() < 2)
      fail("input '{}' has shape {}; axis 0 has to count images", plan.name, to_string(plan.shape));
    plan.batch = plan.shape[0] > 0 ? plan.shape[0] : kAnyBatch;
    plan.shape.erase(plan.shape.begin());
  }
  fill_open_sizes(*inputs[0], options.input, plan.shape);
  return plan;
}

std::set<std::string> values_read(const GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& node : graph.node()) names.insert(node.input().begin(), node.input().end());
  for (const auto& output : graph.output()) names.insert(output.name());
  names.erase("");
  return names;
}

/// The file's constants, each turned into a value when a node reads it first and freed behind the
/// last one that does: of large networks, no more of them stand in memory than have to.
class Initializers {
 public:
  Initializers(GraphProto& graph, const std::filesystem::path& folder) : folder_(folder) {
    for (auto& tensor : *graph.mutable_initializer()) waiting_[tensor.name()] = &tensor;
    for (const auto& node : graph.node())
      for (const std::string& input : node.input()) ++readers_[input];
    for (const auto& output : graph.output()) ++readers_[output.name()];
  }

  void load(const std::string& name, ImportState& state) {
    const auto found = waiting_.find(name);
    if (found == waiting_.end() || state.has(name)) return;
    with_context(fmt::format("initializer '{}'", name), [&] {
      onnx::TensorProto tensor;  // what it holds goes with it
      tensor.Swap(found->second);
      Tensor constant = tensor_of(tensor, folder_);
      const Shape shape = constant.shape();
      state.add_initializer(constant.size());
      state.set(name, {"", shape, std::move(constant), tensor.data_type(), {}, 0});
    });
    waiting_.erase(found);
  }

  /// `node` has been built.
  void have_been_read(const onnx::NodeProto& node, ImportState& state) {
    for (const std::string& input : node.input())
      if (--readers_[input] == 0) state.forget(input);
  }

 private:
  std::filesystem::path folder_;
  std::map<std::string, onnx::TensorProto*> waiting_;
  std::map<std::string, std::int64_t> readers_;
};

std::string shapes_of_inputs(const ImportState& state, const onnx::NodeProto& node) {
  std::vector<std::string> shapes;
  for (const std::string& input : node.input())
    shapes.push_back(state.has(input) ? to_string(state.value(input).shape) : "?");
  return fmt::format("{}", fmt::join(shapes, ", "));
}

void build_node(ImportState& state, const onnx::NodeProto& proto, std::int64_t operators,
                const std::filesystem::path& folder) {
  OnnxNode node(state, proto, operators, folder);
  const std::string place = fmt::format("node '{}' ({}, inputs {})", node.name(), proto.op_type(),
                                        shapes_of_inputs(state, proto));
  with_context(place, [&] {
    const OnnxBuilder builder = find_onnx_builder(proto.domain(), proto.op_type());
    if (builder == nullptr) fail("{}", unsupported_operator(proto.domain(), proto.op_type()));
    builder(node);
    node.require_all_understood();
  });
}

std::map<std::string, std::string> metadata_of(const onnx::ModelProto& model) {
  std::map<std::string, std::string> metadata;
  for (const auto& entry : model.metadata_props()) metadata[entry.key()] = entry.value();
  return metadata;
}

/// Takes the constants out of `model`.
Network import_model(onnx::ModelProto model, const std::filesystem::path& folder,
                     const OnnxOptions& options) {
  const GraphProto& graph = model.graph();
  if (graph.output_size() != 1)
    fail("the network has {} outputs; supported is one, the logits", graph.output_size());
  const InputPlan input = plan_input(graph, options);
  ImportState state(input.batch);
  state.network.name = graph.name().empty() ? "network" : graph.name();
  state.set_read(values_read(graph));
  Initializers initializers(*model.mutable_graph(), folder);
  state.set_metadata(metadata_of(model));
  state.set(input.name, state.append(input.name, Input{input.shape}, {}));
  for (const int i : topological_order(graph)) {
    for (const std::string& name : graph.node(i).input()) initializers.load(name, state);
    build_node(state, graph.node(i), operator_set(model), folder);
    initializers.have_been_read(graph.node(i), state);
  }
  initializers.load(graph.output(0).name(), state);
  const ImportedValue& output = state.value(graph.output(0).name());
  if (output.is_constant())
    fail("the output '{}' does not depend on the input", graph.output(0).name());
  if (output.batch_axis == kNoAxis)
    fail("no axis of the output '{}' counts images; axis 0 has to", graph.output(0).name());
  if (output.batch_axis != 0)
    fail("images lie along axis {} of the output '{}'; axis 0 has to count them", output.batch_axis,
         graph.output(0).name());
  if (output.sums)
    fail("the output '{}' is the sums of integers; put a Cast and a Mul behind them",
         graph.output(0).name());
  if (output.channel_scales)
    fail("the output '{}' has one scale per channel; use one scale", graph.output(0).name());
  if (output.grid)
    fail(
        "the output '{}' is the integers of a QuantizeLinear; end the network with a "
        "DequantizeLinear",
        graph.output(0).name());
  const std::string last =
      state.has_batch() ? without_last_softmax(state.network, output.node) : output.node;
  simplify(state.network, last, state.has_batch());
  state.require_no_log_softmax();
  infer_shapes(state.network);
  return std::move(state.network);
}

}  // namespace

Network import_onnx(std::span<const std::byte> file, const std::filesystem::path& folder,
                    const OnnxOptions& options) {
  return import_model(parse_onnx(file), folder, options);
}

Network import_onnx(const std::filesystem::path& path, const OnnxOptions& options) {
  return with_context(path.string(), [&] {
    // Before memory is taken for it. What has no size is read_file()'s to refuse.
    std::error_code none;
    const std::uintmax_t size = std::filesystem::file_size(path, none);
    if (!none) check_onnx_size(size);
    onnx::ModelProto model = parse_onnx(read_file(path));
    return import_model(std::move(model), path.parent_path(), options);
  });
}

}  // namespace bitline
