// Functions of each element, comparisons and what picks by them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::ModelBuilder;
using test::names_of;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

Unary last_unary(const std::string& type, const std::vector<onnx::AttributeProto>& attributes) {
  ModelBuilder model({0, 2});
  model.node(type, {"x"}, {"y"}, attributes);
  return std::get<Unary>(model.import().nodes.back().op);
}

// Defaults of the specification, as floats.
TEST(ElementwiseOperators, ConstantsOfExponentialUnits) {
  const Unary elu = last_unary("Elu", {});
  EXPECT_EQ(elu.function, UnaryFunction::kElu);
  EXPECT_EQ(elu.alpha, 1);
  EXPECT_EQ(last_unary("Elu", {attribute("alpha", 0.5F)}).alpha, 0.5);
  EXPECT_EQ(last_unary("Celu", {attribute("alpha", -2.0F)}).alpha, -2);
  const Unary selu = last_unary("Selu", {});
  EXPECT_EQ(static_cast<float>(selu.alpha), 1.67326319217681884765625F);
  EXPECT_EQ(static_cast<float>(selu.beta), 1.05070102214813232421875F);
  EXPECT_EQ(last_unary("Selu", {attribute("gamma", 2.0F)}).beta, 2);
  ModelBuilder model({0, 2});
  model.node("Celu", {"x"}, {"y"}, {attribute("alpha", 0.0F)});
  EXPECT_THAT(refusal(model), HasSubstr("alpha is 0, which it divides by"));
}

TEST(ElementwiseOperators, TheLargestOfAnyNumberOfValues) {
  ModelBuilder model({0, 2});
  model.floats("c", {2}, {1, 2});
  model.node("Neg", {"x"}, {"n"});
  model.node("Max", {"x", "n", "c"}, {"y"}).set_name("most");
  const Network network = model.import();
  EXPECT_THAT(names_of(network), ElementsAre("x", "n", "most/1", "most/constant", "most"));
  EXPECT_EQ(std::get<Binary>(network.nodes.back().op).function, BinaryFunction::kMax);
  EXPECT_THAT(network.nodes.back().inputs, ElementsAre("most/1", "most/constant"));
  ModelBuilder one({0, 2});
  one.node("Min", {"x"}, {"m"});
  one.node("Relu", {"m"}, {"y"});
  EXPECT_THAT(names_of(one.import()), ElementsAre("x", "y"));
  ModelBuilder none({0, 2});
  none.node("Min", {}, {"y"});
  EXPECT_THAT(refusal(none), HasSubstr("it has no inputs"));
}

// −(3, −5) is −3, 5, and |3, −5| is 3, 5, which is greater in the first place alone.
TEST(ElementwiseOperators, OfIntegerConstantsAreFolded) {
  ModelBuilder model({0, 15});
  model.integers("c", {2}, {3, -5});
  model.integers("nine", {}, {9});
  model.integers("open", {1}, {-1});
  model.node("Neg", {"c"}, {"n"});
  model.node("Abs", {"c"}, {"a"});
  model.node("Greater", {"a", "n"}, {"g"});
  model.node("Where", {"g", "a", "n"}, {"w"});
  model.node("Min", {"w", "nine"}, {"m"});
  model.node("Concat", {"open", "m"}, {"shape"}, {attribute("axis", std::int64_t{0})});
  model.node("Reshape", {"x", "shape"}, {"y"});
  EXPECT_EQ(std::get<Reshape>(model.import().nodes.back().op).shape, (Shape{3, 5}));
}

/// x compared with 1, then what `rest` makes of the value "mask".
ModelBuilder with_mask(const std::string& type = "Greater") {
  ModelBuilder model({0, 2});
  model.floats("one", {}, {1});
  model.node(type, {"x", "one"}, {"mask"});
  return model;
}

TEST(Comparisons, AreNumbersAfterACast) {
  ModelBuilder model = with_mask("LessOrEqual");
  model.node("Cast", {"mask"}, {"f"}, {attribute("to", std::int64_t{TensorProto::FLOAT})});
  model.node("Mul", {"f", "x"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(names_of(network), ElementsAre("x", "mask/constant", "mask", "y"));
  EXPECT_EQ(std::get<Binary>(network.nodes[2].op).function, BinaryFunction::kLessOrEqual);
  ModelBuilder wrong = with_mask();
  wrong.node("Cast", {"mask"}, {"y"}, {attribute("to", std::int64_t{TensorProto::INT64})});
  EXPECT_THAT(refusal(wrong), HasSubstr("cast to INT64; only FLOAT and BOOL are supported"));
}

TEST(Comparisons, PickInWhere) {
  ModelBuilder model = with_mask();
  model.floats("c", {1, 2}, {3, 4});
  model.node("Where", {"mask", "x", "c"}, {"y"});
  const Network network = model.import();
  EXPECT_TRUE(std::holds_alternative<Where>(network.nodes.back().op));
  EXPECT_THAT(network.nodes.back().inputs, ElementsAre("mask", "x", "y/constant"));
}

TEST(Comparisons, AMaskStaysOneInACastToBool) {
  ModelBuilder model = with_mask();
  model.node("Cast", {"mask"}, {"f"}, {attribute("to", std::int64_t{TensorProto::FLOAT})});
  model.node("Cast", {"f"}, {"b"}, {attribute("to", std::int64_t{TensorProto::BOOL})});
  model.node("Where", {"b", "x", "one"}, {"y"});
  EXPECT_THAT(names_of(model.import()),
              ElementsAre("x", "mask/constant", "mask", "y/constant", "y"));
  ModelBuilder any({0, 2});
  any.node("Cast", {"x"}, {"b"}, {attribute("to", std::int64_t{TensorProto::BOOL})});
  any.node("Where", {"b", "x", "x"}, {"y"});
  EXPECT_EQ(std::get<Unary>(any.import().nodes[1].op).function, UnaryFunction::kNonZero);
}

TEST(Where, TakesAConstantCondition) {
  ModelBuilder model({0, 2});
  model.small("flags", TensorProto::BOOL, {2}, {1, 0});
  model.node("Neg", {"x"}, {"n"});
  model.node("Where", {"flags", "x", "n"}, {"y"});
  const Network network = model.import();
  const Tensor& flags = network.parameter(network.node("y/constant"), "value");
  EXPECT_THAT(std::vector<float>(flags.data<float>().begin(), flags.data<float>().end()),
              ElementsAre(1, 0));
}

TEST(Where, RefusesIntegersAndOtherNumbersOfAxes) {
  ModelBuilder integers = with_mask();
  integers.integers("i", {}, {5});
  integers.node("Where", {"mask", "x", "i"}, {"y"});
  EXPECT_THAT(refusal(integers), HasSubstr("holds integers where real numbers"));
  ModelBuilder axes = with_mask();
  axes.integers("shape", {3}, {0, 2, 1});
  axes.node("Reshape", {"x", "shape"}, {"r"});
  axes.node("Where", {"mask", "x", "r"}, {"y"});
  EXPECT_THAT(refusal(axes), HasSubstr("operands of 2 and 3 axes would be broadcast"));
}

// Exports are of operator set 17, without these functions: both are what they are made of.
TEST(ElementwiseOperators, MishAndSwishAreTheirParts) {
  ModelBuilder mish({0, 2}, 18);
  mish.node("Mish", {"x"}, {"y"});
  EXPECT_THAT(names_of(mish.import()), ElementsAre("x", "y/softplus", "y/tanh", "y"));
  ModelBuilder swish({0, 2}, 24);
  swish.node("Swish", {"x"}, {"y"});
  EXPECT_THAT(names_of(swish.import()), ElementsAre("x", "y/sigmoid", "y"));
  ModelBuilder steep({0, 2}, 24);
  steep.node("Swish", {"x"}, {"y"}, {attribute("alpha", 2.0F)});
  EXPECT_EQ(steep.import().nodes.size(), 5U);
}

}  // namespace
}  // namespace bitline
