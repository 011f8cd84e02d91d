#include "bitline/graph/value_signs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::tensor_of;
using test::unsigned_spec;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

/// "relu" is never negative, "input" can be.
Network two_signs() {
  Network network = network_with_input({2, 4, 4});
  append(network, "relu", Relu{}, {"input"});
  return network;
}

/// Whether `op` on `inputs` is never negative.
bool is_non_negative(Operator op, std::vector<std::string> inputs) {
  Network network = two_signs();
  append(network, "value", std::move(op), std::move(inputs));
  return non_negative_values(network).contains("value");
}

TEST(ValueSigns, FunctionsThatGiveNoNegativeNumber) {
  for (const UnaryFunction function :
       {UnaryFunction::kSigmoid, UnaryFunction::kHardSigmoid, UnaryFunction::kSqrt,
        UnaryFunction::kAbs, UnaryFunction::kExp, UnaryFunction::kSoftplus,
        UnaryFunction::kNonZero})
    EXPECT_TRUE(is_non_negative(Unary{function}, {"input"})) << name_of(function);
  EXPECT_TRUE(is_non_negative(Softmax{}, {"input"}));
  EXPECT_TRUE(is_non_negative(Unary{UnaryFunction::kClip, 0, 6}, {"input"}));
  EXPECT_FALSE(is_non_negative(Unary{UnaryFunction::kClip, -1, 6}, {"input"}));
  EXPECT_FALSE(is_non_negative(Unary{UnaryFunction::kHardSwish}, {"input"}));
}

TEST(ValueSigns, MovesAndMeansKeepTheSign) {
  const std::vector<Operator> ops{MaxPool{},
                                  AveragePool{},
                                  GlobalAveragePool{},
                                  Flatten{},
                                  Reshape{{32}},
                                  Identity{},
                                  Transpose{{2, 1, 0}},
                                  Gather{0, {1}},
                                  ReduceMean{{0}},
                                  Unary{UnaryFunction::kTanh},
                                  Unary{UnaryFunction::kTruncate, 0.5, 2},
                                  Unary{UnaryFunction::kElu, 1},
                                  Unary{UnaryFunction::kCelu, 1},
                                  Unary{UnaryFunction::kSelu, 1, 1},
                                  Unary{UnaryFunction::kSoftsign}};
  for (const Operator& op : ops) {
    EXPECT_TRUE(is_non_negative(op, {"relu"})) << name_of(op);
    EXPECT_FALSE(is_non_negative(op, {"input"})) << name_of(op);
  }
}

TEST(ValueSigns, FunctionsThatTurnTheSign) {
  EXPECT_FALSE(is_non_negative(Unary{UnaryFunction::kNeg}, {"relu"}));
  EXPECT_FALSE(is_non_negative(Unary{UnaryFunction::kLog}, {"relu"}));
  EXPECT_FALSE(is_non_negative(Unary{UnaryFunction::kSelu, 1, -1}, {"relu"}));
}

TEST(ValueSigns, OneOperandIsEnoughForTheLargestAndNoneForAMask) {
  EXPECT_TRUE(is_non_negative(Binary{BinaryFunction::kMax}, {"input", "relu"}));
  EXPECT_FALSE(is_non_negative(Binary{BinaryFunction::kMax}, {"input", "input"}));
  EXPECT_FALSE(is_non_negative(Binary{BinaryFunction::kMin}, {"input", "relu"}));
  EXPECT_TRUE(is_non_negative(Binary{BinaryFunction::kMin}, {"relu", "relu"}));
  for (const BinaryFunction function :
       {BinaryFunction::kEqual, BinaryFunction::kGreater, BinaryFunction::kGreaterOrEqual,
        BinaryFunction::kLess, BinaryFunction::kLessOrEqual})
    EXPECT_TRUE(is_non_negative(Binary{function}, {"input", "input"})) << name_of(function);
  EXPECT_TRUE(is_non_negative(Where{}, {"relu", "relu", "relu"}));
  EXPECT_FALSE(is_non_negative(Where{}, {"relu", "input", "relu"}));
}

TEST(ValueSigns, PaddingCountsToo) {
  EXPECT_TRUE(is_non_negative(Pad{{0, 1, 1}, {0, 1, 1}, 0}, {"relu"}));
  EXPECT_FALSE(is_non_negative(Pad{{0, 1, 1}, {0, 1, 1}, -1}, {"relu"}));
}

TEST(ValueSigns, AllOperandsCount) {
  const std::vector<Operator> ops{ResidualAdd{}, Binary{BinaryFunction::kMul},
                                  Binary{BinaryFunction::kAdd}, Concat{}, MatMul{}};
  for (const Operator& op : ops) {
    EXPECT_TRUE(is_non_negative(op, {"relu", "relu"})) << name_of(op);
    EXPECT_FALSE(is_non_negative(op, {"relu", "input"})) << name_of(op);
  }
  EXPECT_FALSE(is_non_negative(Binary{BinaryFunction::kSub}, {"relu", "relu"}));
}

TEST(ValueSigns, ConstantsCountByTheirEntries) {
  Network network = two_signs();
  append(network, "plus", Constant{}, {}, {{"value", tensor_of({2}, {0, 3})}});
  append(network, "minus", Constant{}, {}, {{"value", tensor_of({2}, {-1, 3})}});
  EXPECT_THAT(non_negative_values(network), ElementsAre("plus", "relu"));
}

TEST(ValueSigns, AGridThatBeginsAtZeroHoldsNoNegativeNumber) {
  Network network = two_signs();
  network.quant["input"] = unsigned_spec(8);
  EXPECT_THAT(non_negative_values(network), Contains("input"));
  network.quant["input"].zero_point = 1;
  EXPECT_THAT(non_negative_values(network), Not(Contains("input")));
}

}  // namespace
}  // namespace bitline
