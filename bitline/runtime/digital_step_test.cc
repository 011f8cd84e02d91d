#include "bitline/runtime/digital_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/runtime/pointwise.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::tensor_of;
using ::testing::ElementsAre;

template <typename Element>
std::vector<Element> held(const Value& value) {
  const auto data = value.data.data<Element>();
  return {data.begin(), data.end()};
}

/// Integers on a grid of scale 1/2 around 3.
Value on_grid(Shape shape, const std::vector<std::int32_t>& integers) {
  return {Tensor::of<std::int32_t>(std::move(shape), integers), true, 0.5F, 3};
}

Value reals(Shape shape, const std::vector<float>& values) {
  return {tensor_of(std::move(shape), values)};
}

/// `op` on the values, which stand for inputs a, b, …
Value run(Operator op, const std::vector<Value>& inputs,
          const std::map<std::string, Tensor>& parameters = {}) {
  Network network;
  std::vector<std::string> names;
  Values values;
  for (const Value& input : inputs) {
    names.emplace_back(1, static_cast<char>('a' + std::ssize(names)));
    values[names.back()] = input;
  }
  append(network, "node", std::move(op), names, parameters);
  return run_digital(network, network.nodes[0], values);
}

void expect_on_grid(const Value& value, const std::vector<std::int32_t>& integers) {
  ASSERT_TRUE(value.quantized);
  EXPECT_EQ(value.scale, 0.5F);
  EXPECT_EQ(value.zero_point, 3);
  EXPECT_EQ(held<std::int32_t>(value), integers);
}

TEST(DigitalStep, IntegersStayIntegersWhereTheyOnlyMove) {
  const Value x = on_grid({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect_on_grid(run(Identity{}, {x}), {1, 2, 3, 4, 5, 6, 7, 8});
  expect_on_grid(run(Flatten{}, {x}), {1, 2, 3, 4, 5, 6, 7, 8});
  expect_on_grid(run(MaxPool{}, {x}), {4, 8});
  expect_on_grid(run(Transpose{{0, 2, 1}}, {x}), {1, 3, 2, 4, 5, 7, 6, 8});
  expect_on_grid(run(Gather{2, {1}}, {x}), {2, 4, 6, 8});
  const Value rows = run(Reshape{{4, 1}}, {x});
  expect_on_grid(rows, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(rows.data.shape(), (Shape{2, 4, 1}));
}

TEST(DigitalStep, ConcatKeepsIntegersOfOneGrid) {
  const Value a = on_grid({2, 1}, {1, 2});
  expect_on_grid(run(Concat{0}, {a, on_grid({2, 1}, {8, 9})}), {1, 8, 2, 9});
  Value other = a;
  other.zero_point = 2;
  const Value mixed = run(Concat{0}, {a, other});
  EXPECT_FALSE(mixed.quantized);
  EXPECT_THAT(held<float>(mixed), ElementsAre(-1, -0.5F, -0.5F, 0));
  EXPECT_THAT(held<float>(run(Concat{0}, {a, reals({2, 1}, {7, 8})})),
              ElementsAre(-1, 7, -0.5F, 8));
}

TEST(DigitalStep, PadsWithTheIntegerOfTheValueWhereThereIsOne) {
  const Value a = on_grid({1, 1}, {7});
  expect_on_grid(run(Pad{{1}, {0}, 0}, {a}), {3, 7});
  expect_on_grid(run(Pad{{1}, {0}, -1}, {a}), {1, 7});
  const Value off = run(Pad{{1}, {0}, 0.25}, {a});
  EXPECT_FALSE(off.quantized);
  EXPECT_THAT(held<float>(off), ElementsAre(0.25F, 2));
  EXPECT_FALSE(run(Pad{{1}, {0}, 1e30}, {a}).quantized);
}

TEST(DigitalStep, OthersReadRealNumbers) {
  // (A - 3) / 2: -1, 0, 1, 2
  const Value x = on_grid({1, 1, 2, 2}, {1, 3, 5, 7});
  EXPECT_THAT(held<float>(run(Relu{}, {x})), ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(held<float>(run(Unary{UnaryFunction::kClip, -0.5, 1.5}, {x})),
              ElementsAre(-0.5F, 0, 1, 1.5F));
  EXPECT_THAT(held<float>(run(AveragePool{}, {x})), ElementsAre(0.5F));
  EXPECT_THAT(held<float>(run(GlobalAveragePool{}, {x})), ElementsAre(0.5F));
  EXPECT_THAT(held<float>(run(ReduceMean{{1}}, {x})), ElementsAre(0, 1));
  EXPECT_THAT(held<float>(run(ConvTranspose{}, {x}, {{"weight", tensor_of({1, 1, 1, 1}, {3})}})),
              ElementsAre(-3, 0, 3, 6));
}

TEST(DigitalStep, AxesCountFromBehindTheImages) {
  const Value x = reals({2, 2}, {1, 1, 5, 5});
  EXPECT_THAT(held<float>(run(Softmax{0}, {x})), ElementsAre(0.5F, 0.5F, 0.5F, 0.5F));
  EXPECT_THAT(held<float>(run(LayerNorm{0, 0}, {reals({2, 2}, {1, 3, 5, 9})},
                              {{"scale", tensor_of({2}, {1, 1})}})),
              ElementsAre(-1, 1, -1, 1));
  const Value mean = run(ReduceMean{{0}, false}, {reals({2, 2}, {1, 3, 5, 9})});
  EXPECT_EQ(mean.data.shape(), (Shape{2}));
  EXPECT_THAT(held<float>(mean), ElementsAre(2, 7));
}

TEST(DigitalStep, BroadcastingAlignsTheShapesOfOneImage) {
  // [2, 2] + [2] of each image: the vector belongs to the columns, never to the images.
  const Value matrices = reals({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Value vectors = reals({2, 2}, {10, 20, 30, 40});
  const Value sum = run(Binary{BinaryFunction::kAdd}, {vectors, matrices});
  EXPECT_EQ(sum.data.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(held<float>(sum), ElementsAre(11, 22, 13, 24, 35, 46, 37, 48));
  // A number per image.
  EXPECT_THAT(held<float>(run(Binary{BinaryFunction::kMul}, {vectors, reals({2}, {2, 3})})),
              ElementsAre(20, 40, 90, 120));
}

TEST(DigitalStep, ProductsAlignTheShapesOfOneImage) {
  // Two images of two rows [2, 1, 2] times one column [2, 1] each.
  const Value rows = reals({2, 2, 1, 2}, {1, 0, 0, 1, 1, 1, 2, 0});
  const Value columns = reals({2, 2, 1}, {3, 4, 5, 6});
  const Value product = run(MatMul{}, {rows, columns});
  EXPECT_EQ(product.data.shape(), (Shape{2, 2, 1, 1}));
  EXPECT_THAT(held<float>(product), ElementsAre(3, 4, 11, 10));
}

TEST(DigitalStep, ConstantsAreRepeatedForEachImage) {
  Network network;
  append(network, "constant", Constant{}, {}, {{"value", tensor_of({2}, {1, 2})}});
  const Values values{{"other", reals({3, 1}, {0, 0, 0})}};
  const Value constant = run_digital(network, network.nodes[0], values);
  EXPECT_EQ(constant.data.shape(), (Shape{3, 2}));
  EXPECT_THAT(held<float>(constant), ElementsAre(1, 2, 1, 2, 1, 2));
  EXPECT_THROW(run_digital(network, network.nodes[0], {}), Error);
}

TEST(DigitalStep, WeightsOfATransposedConvolutionLieOnTheirGrid) {
  Network network;
  append(network, "up", ConvTranspose{}, {"a"}, {{"weight", tensor_of({1, 1, 1, 1}, {0.8F})}});
  network.quant["up.weight"] = test::signed_spec(4, {0.5F});
  const Values values{{"a", reals({1, 1, 1, 1}, {2})}};
  EXPECT_THAT(held<float>(run_digital(network, network.nodes[0], values)), ElementsAre(2));
}

TEST(DigitalStep, RefusesLayers) { EXPECT_THROW(run(Linear{}, {reals({1, 1}, {1})}), Error); }

}  // namespace
}  // namespace bitline
