// Means and sums between grids. Expected integers: fractions worked out by hand, beside what
// float32 makes of them.
#include <gtest/gtest.h>

#include "bitline/runtime/executor.h"
#include "bitline/testing/graphs.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::tensor_of;

QuantSpec grid(float scale, GridRule rule = GridRule::kDivide, std::int64_t zero_point = 0) {
  QuantSpec spec = test::unsigned_spec(8, scale);
  spec.rule = rule;
  spec.zero_point = zero_point;
  return spec;
}

/// The network's output for one image of these integers of the input's grid, as integers of its
/// own.
std::vector<std::int32_t> integers_behind(const Network& network,
                                          const std::vector<std::int32_t>& image) {
  const QuantSpec& in = network.quant.at("input");
  std::vector<float> pixels;
  for (const std::int32_t integer : image)
    pixels.push_back(static_cast<float>(integer - in.zero_point) * in.scale.data<float>()[0]);
  Shape shape = std::get<Input>(network.nodes[0].op).shape;
  shape.insert(shape.begin(), 1);
  const Executor executor(network, MacMode::kFloat);
  Values values = executor.begin(tensor_of(shape, pixels));
  executor.run(values, 0, executor.steps().size());
  const auto integers = values.begin()->second.data.data<std::int32_t>();
  return {integers.begin(), integers.end()};
}

using Integers = std::vector<std::int32_t>;

/// One mean over [1, 2, 2].
Network mean_network(Operator op, const QuantSpec& in, const QuantSpec& out) {
  Network network = network_with_input({1, 2, 2});
  append(network, "mean", std::move(op), {"input"});
  network.quant["input"] = in;
  network.quant["mean"] = out;
  return network;
}

// 26 / 4 is the tie 6.5. In float32, 0.1 · 26 / 4 is 0.65000004, and over 0.1 above the tie.
TEST(ExactStep, MeansOnTheSameScaleSendTiesToTheEvenInteger) {
  for (const Operator& op :
       {Operator{AveragePool{}}, Operator{GlobalAveragePool{}}, Operator{ReduceMean{{1, 2}}}})
    EXPECT_EQ(integers_behind(mean_network(op, grid(0.1F), grid(0.1F)), {7, 7, 6, 6}), Integers{6})
        << name_of(op);
}

TEST(ExactStep, GridsThatMultiplyKeepTheirFloat32) {
  const QuantSpec out = grid(0.1F, GridRule::kReciprocal);
  EXPECT_EQ(integers_behind(mean_network(GlobalAveragePool{}, grid(0.1F), out), {7, 7, 6, 6}),
            Integers{7});
}

// (30 - 4 · 4) / 4 = 3.5, to 4; of an output around 5 that is 9.
TEST(ExactStep, ZeroPointsLeaveTheSumAndJoinTheResult) {
  const Network network = mean_network(GlobalAveragePool{}, grid(0.1F, GridRule::kDivide, 4),
                                       grid(0.1F, GridRule::kDivide, 5));
  EXPECT_EQ(integers_behind(network, {7, 7, 8, 8}), Integers{9});
}

// Windows of a framed 2 × 2 image see one place each: 6 − 2 over 1 place, or over 4 with padding.
TEST(ExactStep, PaddingIsZeroAndCountsWhereTheOperatorSaysSo) {
  const AveragePool pool{{.kernel = 2, .stride = 2, .padding = 1}};
  AveragePool counting = pool;
  counting.count_padding = true;
  const QuantSpec in = grid(0.3F, GridRule::kDivide, 2);
  EXPECT_EQ(integers_behind(mean_network(pool, in, grid(0.3F)), {6, 12, 4, 8}),
            (Integers{4, 10, 2, 6}));
  EXPECT_EQ(integers_behind(mean_network(counting, in, grid(0.3F)), {6, 12, 4, 8}),
            (Integers{1, 2, 0, 2}));  // 1, 2.5, 0.5, 1.5
}

/// a + b of grids 0.1 and 0.3, onto 0.2. The image holds a and b.
Network sum_network() {
  Network network = network_with_input({2});
  append(network, "a", Gather{0, {0}}, {"input"});
  append(network, "third", Gather{0, {1}}, {"input"});
  append(network, "threefold", Binary{BinaryFunction::kMul}, {"third", "three"});
  network.nodes.insert(network.nodes.begin() + 1,
                       Node{"three", Constant{}, {}, {{"value", "three"}}});
  network.tensors["three"] = tensor_of({1}, {3});
  append(network, "sum", ResidualAdd{}, {"a", "threefold"});
  network.quant["input"] = grid(0.1F);
  network.quant["threefold"] = grid(0.3F);
  network.quant["sum"] = grid(0.2F);
  return network;
}

// (0.1 · 2 + 0.3) / 0.2 = 2.5 + 3.7e-8, since 0.3 is a little more than three times 0.1 as float32.
// Float32 takes it for the tie, which goes to 2.
TEST(ExactStep, SumsOfTwoScales) {
  EXPECT_EQ(integers_behind(sum_network(), {2, 1}), Integers{3});
  EXPECT_EQ(integers_behind(sum_network(), {1, 0}), Integers{0});  // 0.5
  EXPECT_EQ(integers_behind(sum_network(), {3, 0}), Integers{2});  // 1.5
}

// As exporters write it: a mean of [channels, 1, 1], or a sum in front of its ReLU.
TEST(ExactStep, TheGridMayStandBehindNodesThatOnlyMoveOrRectify) {
  Network mean = mean_network(GlobalAveragePool{}, grid(0.1F), grid(0.1F));
  mean.quant.erase("mean");
  append(mean, "shape", Reshape{{1, 1, 1}}, {"mean"});
  append(mean, "relu", Relu{}, {"shape"});
  mean.quant["relu"] = grid(0.1F);
  EXPECT_EQ(integers_behind(mean, {7, 7, 6, 6}), Integers{6});
}

TEST(ExactStep, RealOperandsAreRoundedAsRealNumbers) {
  Network network = mean_network(AveragePool{}, grid(0.1F), grid(0.1F));
  append(network, "tanh", Unary{UnaryFunction::kTanh, 0, 0}, {"input"});
  std::swap(network.nodes[1], network.nodes[2]);
  network.nodes[2].inputs = {"tanh"};
  // tanh 0.5 = 0.462: 4.62
  EXPECT_EQ(integers_behind(network, {5, 5, 5, 5}), Integers{5});
}

TEST(ExactStep, ScalesTooFarApartAreRoundedAsRealNumbers) {
  const Network network = mean_network(AveragePool{}, grid(1e-13F), grid(1));
  EXPECT_EQ(integers_behind(network, {255, 255, 255, 255}), Integers{0});
}

}  // namespace
}  // namespace bitline
