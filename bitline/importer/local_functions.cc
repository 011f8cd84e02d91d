#include "bitline/importer/local_functions.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/importer/onnx_model.h"
#include "bitline/importer/onnx_node.h"

namespace bitline {
namespace {

using onnx::AttributeProto;
using onnx::FunctionProto;
using onnx::NodeProto;

// Fields that ONNX has since its versions 1.13 and 1.16, and Debian 12's header not.
constexpr std::uint32_t kFunctionDefaults = 11;  // attribute_proto
constexpr std::uint32_t kFunctionOverload = 13;
constexpr std::uint32_t kNodeOverload = 8;

constexpr std::size_t kMostDepth = 32;                    // of functions in functions
constexpr std::size_t kMostNodes = std::size_t{1} << 17;  // that functions make
constexpr std::size_t kMostBytes = std::size_t{1} << 28;  // of those nodes
constexpr const char* kRemedy = "export without functions (onnx.inliner.inline_local_functions)";

/// What the fields of that number hold, in order.
std::vector<std::string> fields_of(const google::protobuf::MessageLite& message,
                                   std::uint32_t number) {
  using google::protobuf::internal::WireFormatLite;
  const std::string all = message.SerializeAsString();
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(all.data()),
                                                static_cast<int>(all.size()));
  std::vector<std::string> found;
  while (const std::uint32_t tag = stream.ReadTag()) {
    if (tag != (number << 3 | WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
      WireFormatLite::SkipField(&stream, tag);
      continue;
    }
    std::uint32_t size = 0;
    stream.ReadVarint32(&size);
    stream.ReadString(&found.emplace_back(), static_cast<int>(size));
  }
  return found;
}

std::string overload_of(const google::protobuf::MessageLite& message, std::uint32_t number) {
  const std::vector<std::string> fields = fields_of(message, number);
  return fields.empty() ? "" : fields.back();
}

struct Function {
  const FunctionProto* proto;
  std::vector<AttributeProto> defaults;

  explicit Function(const FunctionProto& own) : proto(&own) {
    for (const std::string& field : fields_of(own, kFunctionDefaults))
      if (!defaults.emplace_back().ParseFromString(field))
        fail("the defaults of the function {} are damaged", name());
  }

  std::string name() const { return fmt::format("{}.{}", proto->domain(), proto->name()); }

  bool declares(const std::string& attribute) const {
    return std::ranges::find(proto->attribute(), attribute) != proto->attribute().end() ||
           std::ranges::any_of(defaults, [&](const auto& own) { return own.name() == attribute; });
  }
};

const AttributeProto* find_attribute(const auto& attributes, const std::string& name) {
  for (const AttributeProto& attribute : attributes)
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

/// What nodes of a function are called by, in front of their own names.
std::string prefix_of(const NodeProto& call) {
  if (!call.name().empty()) return call.name();
  for (const std::string& output : call.output())
    if (!output.empty()) return output;
  return call.op_type();
}

/// A function under way.
struct Scope {
  const NodeProto& call;
  const Function& function;
  std::string prefix;
  std::map<std::string, std::string> values;  ///< the function's names, the graph's
  std::vector<std::pair<std::string, std::string>>
      copies;  ///< of values that stand for two outputs
};

class Inliner {
 public:
  explicit Inliner(onnx::ModelProto& model) : model_(model), operators_(operator_set(model)) {
    for (const FunctionProto& proto : model.functions()) {
      const Key key{proto.domain(), proto.name(), overload_of(proto, kFunctionOverload)};
      const auto [entry, is_first] = functions_.emplace(key, Function(proto));
      if (!is_first)
        fail("the function {} is there twice; the file is damaged", entry->second.name());
      names_.insert(proto.name());
    }
    const onnx::GraphProto& graph = model.graph();
    for (const auto& input : graph.input()) taken_.insert(input.name());
    for (const auto& tensor : graph.initializer()) taken_.insert(tensor.name());
    for (const NodeProto& node : graph.node())
      taken_.insert(node.output().begin(), node.output().end());
  }

  std::vector<std::int64_t> run() {
    for (NodeProto& node : *model_.mutable_graph()->mutable_node()) put(node, operators_);
    model_.mutable_graph()->mutable_node()->Swap(&nodes_);
    return std::move(operator_sets_);
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // domain, name, overload

  const Function* function_of(const NodeProto& node) const {
    if (!names_.contains(node.op_type()) ||
        find_onnx_builder(node.domain(), node.op_type()) != nullptr)
      return nullptr;
    const auto found =
        functions_.find({node.domain(), node.op_type(), overload_of(node, kNodeOverload)});
    return found == functions_.end() ? nullptr : &found->second;
  }

  /// Takes the node, or the nodes of the function that it calls.
  void put(NodeProto& node, std::int64_t operators) {
    if (const Function* function = function_of(node)) return expand(node, *function);
    nodes_.Add()->Swap(&node);
    operator_sets_.push_back(operators);
  }

  void expand(const NodeProto& call, const Function& function) {
    const std::string place =
        fmt::format("node '{}' (function {})", prefix_of(call), function.name());
    Scope scope = with_context(place, [&] { return enter(call, function); });
    const std::int64_t operators = with_context(place, [&] { return operators_of(function); });
    under_way_.push_back(&function);
    for (const NodeProto& own : function.proto->node()) {
      NodeProto node = own;
      rename(node, scope);
      set_attributes(node, scope);
      put_counted(node, operators);
    }
    for (const auto& [from, to] : scope.copies) {
      NodeProto node;
      node.set_op_type("Identity");
      node.add_input(from);
      node.add_output(to);
      put_counted(node, operators);
    }
    under_way_.pop_back();
  }

  void put_counted(NodeProto& node, std::int64_t operators) {
    bytes_ += node.ByteSizeLong();
    if (++count_ > kMostNodes || bytes_ > kMostBytes)
      fail("the model's functions make more than {} nodes or {} bytes; {}", kMostNodes, kMostBytes,
           kRemedy);
    put(node, operators);
  }

  std::int64_t operators_of(const Function& function) const {
    for (const auto& entry : function.proto->opset_import())
      if (entry.domain().empty() || entry.domain() == "ai.onnx") {
        check_operator_set(entry.version());
        return entry.version();
      }
    return operators_;
  }

  /// The function's inputs and outputs are those of the caller; what that leaves out is empty.
  Scope enter(const NodeProto& call, const Function& function) {
    if (std::ranges::find(under_way_, &function) != under_way_.end())
      fail("it calls itself; export the network without recursion");
    if (under_way_.size() == kMostDepth)
      fail("functions are more than {} deep in one another; {}", kMostDepth, kRemedy);
    const FunctionProto& proto = *function.proto;
    if (call.input_size() > proto.input_size() || call.output_size() > proto.output_size())
      fail("{} inputs and {} outputs for a function of {} and {}", call.input_size(),
           call.output_size(), proto.input_size(), proto.output_size());
    for (const AttributeProto& attribute : call.attribute())
      if (!function.declares(attribute.name()))
        fail("attribute '{}' is none of the function; it has: {}", attribute.name(),
             fmt::join(proto.attribute(), ", "));
    Scope scope{call, function, prefix_of(call), {}, {}};
    for (int i = 0; i < proto.input_size(); ++i)
      scope.values[proto.input(i)] = i < call.input_size() ? call.input(i) : "";
    for (int i = 0; i < call.output_size(); ++i) {
      if (call.output(i).empty()) continue;
      const auto [value, is_first] = scope.values.emplace(proto.output(i), call.output(i));
      if (!is_first) scope.copies.emplace_back(value->second, call.output(i));
    }
    return scope;
  }

  void rename(NodeProto& node, Scope& scope) {
    if (!node.name().empty()) node.set_name(fmt::format("{}/{}", scope.prefix, node.name()));
    for (std::string& input : *node.mutable_input()) input = value_in(scope, input);
    for (std::string& output : *node.mutable_output()) output = value_in(scope, output);
  }

  std::string value_in(Scope& scope, const std::string& name) {
    if (name.empty()) return name;
    const auto [value, is_new] = scope.values.emplace(name, "");
    if (is_new) value->second = unused(fmt::format("{}/{}", scope.prefix, name));
    return value->second;
  }

  std::string unused(const std::string& wanted) {
    std::string name = wanted;
    int& times = times_[wanted];
    while (!taken_.insert(name).second) name = fmt::format("{}_{}", wanted, ++times + 1);
    return name;
  }

  /// Attributes that refer to one of the caller's take its value, or the function's default;
  /// without either they are not there.
  static void set_attributes(NodeProto& node, const Scope& scope) {
    const NodeProto own = node;
    node.clear_attribute();
    for (const AttributeProto& attribute : own.attribute()) {
      const std::string& reference = attribute.ref_attr_name();
      const AttributeProto* value = &attribute;
      if (!reference.empty()) {
        value = find_attribute(scope.call.attribute(), reference);
        if (value == nullptr) value = find_attribute(scope.function.defaults, reference);
      }
      if (value == nullptr) continue;
      AttributeProto& added = *node.add_attribute();
      added = *value;
      added.set_name(attribute.name());
    }
  }

  onnx::ModelProto& model_;
  std::int64_t operators_;
  std::map<Key, Function> functions_;
  std::set<std::string> names_;  // of functions, whatever their domain
  std::set<std::string> taken_;  // names of values
  std::map<std::string, int> times_;
  std::vector<const Function*> under_way_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  google::protobuf::RepeatedPtrField<NodeProto> nodes_;
  std::vector<std::int64_t> operator_sets_;
};

}  // namespace

std::vector<std::int64_t> inline_functions(onnx::ModelProto& model) {
  if (model.functions().empty())
    return std::vector<std::int64_t>(static_cast<std::size_t>(model.graph().node_size()),
                                     operator_set(model));
  return Inliner(model).run();
}

}  // namespace bitline
