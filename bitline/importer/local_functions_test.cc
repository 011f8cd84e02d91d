#include "bitline/importer/local_functions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using test::attribute;
using test::ModelBuilder;
using test::names_of;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

using Names = std::vector<std::string>;

onnx::NodeProto node(const std::string& type, const Names& inputs, const Names& outputs,
                     const std::string& domain = "", const std::string& name = "") {
  onnx::NodeProto proto;
  proto.set_op_type(type);
  proto.set_domain(domain);
  proto.set_name(name);
  for (const std::string& input : inputs) proto.add_input(input);
  for (const std::string& output : outputs) proto.add_output(output);
  return proto;
}

/// Adds the function "own.`name`"; its nodes are to be added.
onnx::FunctionProto& function(ModelBuilder& model, const std::string& name, const Names& inputs,
                              const Names& outputs, std::int64_t operators = 13) {
  auto* proto = model.model().add_functions();
  proto->set_domain("own");
  proto->set_name(name);
  for (const std::string& input : inputs) proto->add_input(input);
  for (const std::string& output : outputs) proto->add_output(output);
  proto->add_opset_import()->set_version(operators);
  return *proto;
}

/// A field of bytes of which Debian 12's header knows nothing, as it stands in a file.
void add_field(google::protobuf::MessageLite& message, int number, const std::string& bytes) {
  std::string field;
  field.push_back(static_cast<char>(number << 3 | 2));
  field.push_back(static_cast<char>(bytes.size()));  // below 128
  field += bytes;
  ASSERT_TRUE(message.ParsePartialFromString(message.SerializePartialAsString() + field));
}

onnx::AttributeProto reference(const std::string& name, const std::string& to,
                               onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto proto;
  proto.set_name(name);
  proto.set_ref_attr_name(to);
  proto.set_type(type);
  return proto;
}

// Twice x + Relu(−x), which has a value "t" of its own each time.
TEST(LocalFunctions, StandWhereTheyAreCalled) {
  ModelBuilder model({0, 2});
  auto& own = function(model, "Bend", {"a"}, {"b"});
  *own.add_node() = node("Neg", {"a"}, {"t"});
  *own.add_node() = node("Relu", {"t"}, {"u"}, "", "relu");
  *own.add_node() = node("Add", {"a", "u"}, {"b"});
  model.node("Bend", {"x"}, {"t"}, {}, "own").set_name("first");
  model.node("Bend", {"t"}, {"y"}, {}, "own");
  const Network network = model.import();
  EXPECT_THAT(names_of(network),
              ElementsAre("x", "first/t", "first/relu", "t", "y/t", "y/relu", "y"));
  EXPECT_THAT(network.node("y").inputs, ElementsAre("t", "y/relu"));
  EXPECT_THAT(network.node("first/relu").inputs, ElementsAre("first/t"));
}

TEST(LocalFunctions, CallOneAnother) {
  ModelBuilder model({0, 2});
  auto& outer = function(model, "Outer", {"a"}, {"b"});
  *outer.add_node() = node("Inner", {"a"}, {"m"}, "own", "one");
  *outer.add_node() = node("Inner", {"m"}, {"b"}, "own", "two");
  *function(model, "Inner", {"a"}, {"b"}).add_node() = node("Neg", {"a"}, {"b"}, "", "neg");
  model.node("Outer", {"x"}, {"y"}, {}, "own").set_name("call");
  EXPECT_THAT(names_of(model.import()), ElementsAre("x", "call/one/neg", "call/two/neg"));
}

/// LeakyRelu whose alpha is the caller's "slope", 0.25 by default where `has_default`.
ModelBuilder with_slope(bool has_default, const std::vector<onnx::AttributeProto>& attributes) {
  ModelBuilder model({0, 2});
  auto& own = function(model, "Leak", {"a"}, {"b"});
  auto* leak = own.add_node();
  *leak = node("LeakyRelu", {"a"}, {"b"});
  *leak->add_attribute() = reference("alpha", "slope", onnx::AttributeProto::FLOAT);
  if (has_default)
    add_field(own, 11, attribute("slope", 0.25F).SerializeAsString());
  else
    own.add_attribute("slope");
  model.node("Leak", {"x"}, {"y"}, attributes, "own");
  return model;
}

double alpha_of(const ModelBuilder& model) {
  return std::get<Unary>(model.import().nodes.back().op).alpha;
}

// The specification: the caller's, else the default, else none at all (0.01 is LeakyRelu's own).
TEST(LocalFunctions, TakeAttributesOfTheCaller) {
  EXPECT_EQ(alpha_of(with_slope(true, {attribute("slope", 0.5F)})), 0.5);
  EXPECT_EQ(alpha_of(with_slope(false, {attribute("slope", 0.5F)})), 0.5);
  EXPECT_EQ(alpha_of(with_slope(true, {})), 0.25);
  EXPECT_EQ(alpha_of(with_slope(false, {})), double{0.01F});
  EXPECT_THAT(refusal(with_slope(false, {attribute("slop", 0.5F)})),
              HasSubstr("node 'y' (function own.Leak): attribute 'slop' is none of the function"));
  EXPECT_THAT(refusal(with_slope(false, {attribute("slope", std::int64_t{1})})),
              HasSubstr("attribute 'alpha' is of another kind"));
}

// Softmax of set 11 runs over all axes from axis 1 on, of set 13 over the last alone.
TEST(LocalFunctions, AreOfTheirOwnOperatorSet) {
  ModelBuilder model({0, 2, 3});
  *function(model, "Old", {"a"}, {"b"}, 11).add_node() = node("Softmax", {"a"}, {"b"});
  model.node("Old", {"x"}, {"s"}, {}, "own");
  model.node("Neg", {"s"}, {"y"});
  const Network network = model.import();
  EXPECT_TRUE(std::holds_alternative<Reshape>(network.nodes[1].op));
  EXPECT_TRUE(std::holds_alternative<Softmax>(network.nodes[2].op));
  ModelBuilder wrong({0, 2});
  *function(wrong, "New", {"a"}, {"b"}, 27).add_node() = node("Neg", {"a"}, {"b"});
  wrong.node("New", {"x"}, {"y"}, {}, "own");
  EXPECT_THAT(refusal(wrong), HasSubstr("operator set 27 is not supported"));
}

TEST(LocalFunctions, AreFoundByTheirOverload) {
  ModelBuilder model({0, 2});
  auto& one = function(model, "F", {"a"}, {"b"});
  add_field(one, 13, "one");
  *one.add_node() = node("Neg", {"a"}, {"b"});
  auto& two = function(model, "F", {"a"}, {"b"});
  add_field(two, 13, "two");
  *two.add_node() = node("Abs", {"a"}, {"b"});
  add_field(model.node("F", {"x"}, {"m"}, {}, "own"), 8, "two");
  add_field(model.node("F", {"m"}, {"y"}, {}, "own"), 8, "one");
  const Network network = model.import();
  EXPECT_EQ(std::get<Unary>(network.node("m").op).function, UnaryFunction::kAbs);
  EXPECT_EQ(std::get<Unary>(network.node("y").op).function, UnaryFunction::kNeg);
  ModelBuilder twice({0, 2});
  function(twice, "F", {"a"}, {"b"});
  function(twice, "F", {"a"}, {"b"});
  twice.node("Neg", {"x"}, {"y"});
  EXPECT_EQ(refusal(twice), "the function own.F is there twice; the file is damaged");
}

// The bias of Gemm is optional, and so is an output that nobody reads.
TEST(LocalFunctions, LeaveOutWhatTheCallerLeavesOut) {
  ModelBuilder model({0, 2});
  auto& own = function(model, "Dense", {"a", "w", "bias"}, {"b", "spare"});
  *own.add_node() = node("Gemm", {"a", "w", "bias"}, {"b"});
  *own.add_node() = node("Neg", {"b"}, {"spare"});
  model.floats("w", {2, 2}, {1, 2, 3, 4});
  model.node("Dense", {"x", "w"}, {"y"}, {}, "own");
  const Network network = model.import();
  EXPECT_THAT(names_of(network), ElementsAre("x", "y"));
  EXPECT_FALSE(network.has_parameter(network.nodes.back(), "bias"));
}

TEST(LocalFunctions, MayHandOnAnInputOrOneValueTwice) {
  ModelBuilder model({0, 2});
  auto& own = function(model, "Pass", {"a"}, {"n", "n", "a"});
  *own.add_node() = node("Neg", {"a"}, {"n"});
  model.node("Pass", {"x"}, {"p", "q", "r"}, {}, "own");
  model.node("Mul", {"p", "q"}, {"pq"});
  model.node("Mul", {"pq", "r"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(network.node("pq").inputs, ElementsAre("p", "p"));
  EXPECT_THAT(network.node("y").inputs, ElementsAre("pq", "x"));
}

TEST(LocalFunctions, GiveNoValueANameThatIsTaken) {
  ModelBuilder model({0, 2});
  auto& own = function(model, "F", {"a"}, {"b"});
  *own.add_node() = node("Neg", {"a"}, {"t"});
  *own.add_node() = node("Abs", {"t"}, {"b"});
  model.node("Exp", {"x"}, {"y/t"});
  model.node("F", {"y/t"}, {"y"}, {}, "own");
  EXPECT_THAT(names_of(model.import()), ElementsAre("x", "y/t", "y/t_2", "y"));
}

// ONNX leaves it to the reader; a body is how others would compute what Bitline has an operator
// for.
TEST(LocalFunctions, OfTheNameOfASupportedOperatorAreThatOperator) {
  ModelBuilder model({0, 2});
  auto* own = model.model().add_functions();
  own->set_name("Relu");
  own->add_input("a");
  own->add_output("b");
  *own->add_node() = node("Unknown", {"a"}, {"b"}, "own");
  model.node("Relu", {"x"}, {"y"});
  EXPECT_TRUE(std::holds_alternative<Relu>(model.import().nodes.back().op));
}

TEST(LocalFunctionsRefuse, Recursion) {
  ModelBuilder model({0, 2});
  *function(model, "F", {"a"}, {"b"}).add_node() = node("G", {"a"}, {"b"}, "own", "g");
  *function(model, "G", {"a"}, {"b"}).add_node() = node("F", {"a"}, {"b"}, "own", "f");
  model.node("F", {"x"}, {"y"}, {}, "own");
  EXPECT_EQ(refusal(model),
            "node 'y/g/f' (function own.F): it calls itself; export the network without recursion");
}

TEST(LocalFunctionsRefuse, CallsThatDoNotFit) {
  ModelBuilder model({0, 2});
  *function(model, "F", {"a"}, {"b"}).add_node() = node("Neg", {"a"}, {"b"});
  model.node("F", {"x", "x"}, {"y"}, {}, "own");
  EXPECT_THAT(refusal(model), HasSubstr("2 inputs and 1 outputs for a function of 1 and 1"));
  ModelBuilder unknown({0, 2});
  *function(unknown, "F", {"a"}, {"b"}).add_node() = node("Neg", {"c"}, {"b"});
  unknown.node("F", {"x"}, {"y"}, {}, "own");
  EXPECT_THAT(refusal(unknown), HasSubstr("value 'y/c' is neither"));
  ModelBuilder other({0, 2});
  *function(other, "F", {"a"}, {"b"}).add_node() = node("Mystery", {"a"}, {"b"}, "", "m");
  other.node("F", {"x"}, {"y"}, {}, "own");
  EXPECT_THAT(refusal(other), HasSubstr("node 'y/m' (Mystery, inputs [2]): operator Mystery"));
}

// Each calls the one before it twice: 2^40 nodes from 40 functions, and a chain of 40.
TEST(LocalFunctionsRefuse, MoreThanANetworkIs) {
  for (const int calls : {1, 2}) {
    ModelBuilder model({0, 2});
    *function(model, "F0", {"a"}, {"b"}).add_node() = node("Neg", {"a"}, {"b"});
    for (int i = 1; i < (calls == 1 ? 40 : 25); ++i) {
      auto& own = function(model, fmt::format("F{}", i), {"a"}, {"b"});
      const std::string inner = fmt::format("F{}", i - 1);
      if (calls == 2) *own.add_node() = node(inner, {"a"}, {"m"}, "own");
      *own.add_node() = node(inner, {calls == 2 ? "m" : "a"}, {"b"}, "own");
    }
    model.node(calls == 1 ? "F39" : "F24", {"x"}, {"y"}, {}, "own");
    const std::string message = refusal(model);
    EXPECT_THAT(message,
                HasSubstr(calls == 1 ? "more than 32 deep" : "make more than 131072 nodes"));
    EXPECT_THAT(message, HasSubstr("export without functions"));
  }
}

}  // namespace
}  // namespace bitline
