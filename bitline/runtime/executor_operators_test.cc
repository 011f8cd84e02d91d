// The Executor on networks as importers make them: every operator, zero points, layers without
// grids, several vectors per image.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "bitline/base/parallel.h"
#include "bitline/graph/kept_values.h"
#include "bitline/graph/network_file.h"
#include "bitline/runtime/digital_step.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/testing/engines.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/operator_network.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/tensors.h"

namespace bitline {
namespace {

using test::append;
using test::arrays;
using test::every_operator;
using test::every_operator_on_grids;
using test::lossless;
using test::network_with_input;
using test::plan_for;
using test::random_operator_images;
using test::signed_spec;
using test::tensor_of;
using test::unsigned_spec;
using test::values_of;
using ::testing::ElementsAre;

QuantSpec zero_at(std::int64_t zero_point, QuantSpec spec) {
  spec.zero_point = zero_point;
  return spec;
}

AdcSpec coarse() {
  AdcSpec spec;
  spec.levels = 4;
  spec.delta = 1;  // "project" has three rows
  return spec;
}

/// All layers on the array.
ArraySpec all_mapped(ArraySpec array) {
  array.first_layer = LayerPolicy::kMapped;
  array.last_layer = LayerPolicy::kMapped;
  return array;
}

/// A row of three pixels under a kernel of three, one place of padding on both sides.
Network one_convolution() {
  Network network = network_with_input({1, 1, 3});
  append(
      network, "conv", Conv{.padding = {0, 1, 0, 1}}, {"input"},
      {{"weight", tensor_of({1, 1, 1, 3}, {0.5F, -1, 1.5F})}, {"bias", tensor_of({1}, {0.25F})}});
  network.quant["input"] = zero_at(3, unsigned_spec(8, 0.5F));
  network.quant["conv.weight"] = signed_spec(4, {0.5F});
  return network;
}

TEST(ExecutorOperators, AZeroPointStandsForZeroInPaddingAndPixels) {
  // Pixels 1, -1, 2 are 5, 1, 7 on the grid; padding is 3. With w = 1/2, -1, 3/2 and 1/4 added:
  // 0 - 1 - 3/2, 1/2 + 1 + 3, -1/2 - 2 + 0.
  const Tensor image = tensor_of({1, 1, 1, 3}, {1, -1, 2});
  const auto expected = ElementsAre(-2.25F, 4.75F, -2.25F);
  const Executor digital(one_convolution(), MacMode::kLossless);
  EXPECT_THAT(values_of(digital.logits(image)), expected);
  EXPECT_THAT(values_of(Executor(one_convolution(), MacMode::kFloat).logits(image)), expected);
  // Σ W A, which still counts the zero point: 1·3 - 2·5 + 3·1, 1·5 - 2·1 + 3·7, 1·1 - 2·7 + 3·3.
  const Values values = digital.begin(image);
  EXPECT_THAT(values_of(LayerProbe(digital, 1).sums(values, {})), ElementsAre(-4, 24, -4));
  for (const ArraySpec& array : arrays()) {
    const Executor analog(one_convolution(), MacMode::kAnalog, all_mapped(array));
    const PreparedPlan plan = analog.prepare(plan_for(analog, lossless()));
    EXPECT_THAT(values_of(analog.logits(image, plan)), expected) << name_of(array.encoding);
  }
}

/// Names of all alternatives of Operator.
template <std::size_t... kIndex>
std::set<std::string_view> operator_names(std::index_sequence<kIndex...>) {
  return {std::variant_alternative_t<kIndex, Operator>::kName...};
}

template <NamedEnum E>
std::set<std::string_view> names_of() {
  return {EnumNames<E>::kNames.begin(), EnumNames<E>::kNames.end()};
}

TEST(ExecutorOperators, TheNetworkOfTestsHasEveryOperator) {
  std::set<std::string_view> operators, unaries, binaries;
  for (const Node& node : every_operator().nodes) {
    operators.insert(name_of(node.op));
    if (const auto* unary = std::get_if<Unary>(&node.op)) unaries.insert(name_of(unary->function));
    if (const auto* binary = std::get_if<Binary>(&node.op))
      binaries.insert(name_of(binary->function));
  }
  operators.insert(MultiThreshold::kName);  // neither trained nor in all exports: tests of its own
  EXPECT_EQ(operators, operator_names(std::make_index_sequence<std::variant_size_v<Operator>>()));
  EXPECT_EQ(unaries, names_of<UnaryFunction>());
  EXPECT_EQ(binaries, names_of<BinaryFunction>());
}

TEST(ExecutorOperators, ANetworkFileKeepsEveryOperator) {
  const Tensor images = random_operator_images(2);
  const Network network = every_operator_on_grids();
  const Network read = network_from_safetensors(to_safetensors(network));
  EXPECT_EQ(values_of(Executor(read, MacMode::kLossless).logits(images)),
            values_of(Executor(network, MacMode::kLossless).logits(images)));
}

// What training and ONNX files know of an operator has to be what the Executor does.
TEST(ExecutorOperators, ValuesThatAreKeptStayOnTheirGrid) {
  const Network network = every_operator();
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  for (const Node& node : network.nodes) {
    if (is_layer(node) || node.inputs.size() != 1 || std::holds_alternative<Pad>(node.op)) continue;
    Shape shape = shapes.at(node.inputs[0]);
    shape.insert(shape.begin(), 1);
    const Values values{{node.inputs[0], Value{Tensor(DType::kI32, shape), true, 0.5F, 3}}};
    EXPECT_EQ(run_digital(network, node, values).quantized, keeps_values(node.op)) << node.name;
  }
}

TEST(ExecutorOperators, LosslessAdcsGiveTheLogitsOfTheDigitalNetwork) {
  const Tensor images = random_operator_images(4);
  const Executor digital(every_operator_on_grids(), MacMode::kLossless);
  const std::vector<float> expected = values_of(digital.logits(images));
  for (const Engine engine : test::engines())
    for (const ArraySpec& array : arrays()) {
      const Executor analog(every_operator_on_grids(), MacMode::kAnalog, all_mapped(array), engine);
      ASSERT_EQ(analog.cim_layers().size(), 3U);
      const PreparedPlan plan = analog.prepare(plan_for(analog, lossless()));
      EXPECT_EQ(values_of(analog.logits(images, plan)), expected)
          << name_of(array.encoding) << " " << name_of(engine);
    }
}

TEST(ExecutorOperators, LogitsDependOnNeitherBatchNorThreads) {
  const Tensor images = random_operator_images(5);
  const Executor analog(every_operator_on_grids(), MacMode::kAnalog, all_mapped({}));
  const PreparedPlan plan = analog.prepare(plan_for(analog, coarse()));
  const std::vector<float> together = values_of(analog.logits(images, plan));
  EXPECT_NE(together, values_of(analog.logits(images)));  // the ADCs do something
  const int threads_before = thread_count();
  std::vector<float> one_by_one;
  for (std::int64_t i = 0; i < 5; ++i) {
    set_thread_count(1 + static_cast<int>(i % 3));
    const std::vector<std::int64_t> index{i};
    const Tensor image = gather(Value{images}, index).data;
    for (const float logit : values_of(analog.logits(image, plan))) one_by_one.push_back(logit);
  }
  set_thread_count(threads_before);
  EXPECT_EQ(one_by_one, together);
}

TEST(ExecutorOperators, FloatModeFollowsTheGridsUpToRounding) {
  const Tensor images = random_operator_images(3);
  const std::vector<float> a =
      values_of(Executor(every_operator_on_grids(), MacMode::kLossless).logits(images));
  const std::vector<float> b =
      values_of(Executor(every_operator_on_grids(), MacMode::kFloat).logits(images));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-2);
}

TEST(ExecutorOperators, StepsInTwoPartsGiveTheSameAsAtOnce) {
  const Tensor images = random_operator_images(2);
  const Executor digital(every_operator_on_grids(), MacMode::kLossless);
  const std::vector<float> expected = values_of(digital.logits(images));
  for (std::size_t cut = 0; cut <= digital.steps().size(); ++cut) {
    Values values = digital.begin(images);
    digital.run(values, 0, cut);
    digital.run(values, cut, digital.steps().size());
    EXPECT_EQ(values_of(real(values.begin()->second)), expected) << "cut before step " << cut;
  }
}

/// Two vectors of two features: y = W x with W = 1 2 / -1 1, all scales 1, zero point 1.
Network two_vectors() {
  Network network = network_with_input({2, 2});
  append(network, "linear", Linear{}, {"input"},
         {{"weight", tensor_of({2, 2}, {1, 2, -1, 1})}, {"bias", tensor_of({2}, {0.5F, 0})}});
  network.quant["input"] = zero_at(1, unsigned_spec(4));
  network.quant["linear.weight"] = signed_spec(4);
  return network;
}

TEST(ExecutorOperators, ALinearLayerTakesEveryVectorOfAnImage) {
  // (1, 2) to 5 + 1/2, 1; (-1, 3) to 5 + 1/2, 4; (0, 1) to 2 + 1/2, 1; (4, 0) to 4 + 1/2, -4.
  const Tensor images = tensor_of({2, 2, 2}, {1, 2, -1, 3, 0, 1, 4, 0});
  const auto expected = ElementsAre(5.5F, 1, 5.5F, 4, 2.5F, 1, 4.5F, -4);
  for (const MacMode mode : {MacMode::kFloat, MacMode::kLossless}) {
    const Tensor logits = Executor(two_vectors(), mode).logits(images);
    EXPECT_EQ(logits.shape(), (Shape{2, 2, 2}));
    EXPECT_THAT(values_of(logits), expected) << name_of(mode);
  }
  const Executor analog(two_vectors(), MacMode::kAnalog, all_mapped({}));
  const PreparedPlan plan = analog.prepare(plan_for(analog, lossless()));
  EXPECT_THAT(values_of(analog.logits(images, plan)), expected);
}

TEST(ExecutorOperators, RunEachGivesWhatEveryPlanGivesAlone) {
  const Tensor images = random_operator_images(2);
  const Executor analog(every_operator_on_grids(), MacMode::kAnalog, all_mapped({}));
  const std::size_t step = analog.step_of("project");
  std::vector<PreparedPlan> plans;
  for (const AdcSpec& spec : {coarse(), lossless()})
    plans.push_back(analog.prepare(plan_for(analog, spec)));
  Values values = analog.begin(images);
  analog.run(values, 0, step);
  const Tensor each = real(analog.run_each(values, step, plans).at("project"));
  EXPECT_EQ(each.shape(), (Shape{4, 24, 6}));
  for (std::int64_t p = 0; p < 2; ++p) {
    Values alone = values;
    analog.run(alone, step, step + 1, plans[static_cast<std::size_t>(p)]);
    EXPECT_EQ(values_of(each.slice(2 * p, 2 * p + 2)), values_of(real(alone.at("project")))) << p;
  }
}

TEST(ExecutorOperators, LayersWithoutGridsStayRealNumbers) {
  Network network = every_operator_on_grids();
  network.quant.erase("conv.weight");
  network.quant.erase("input");
  network.quant.erase("last.weight");
  network.quant.erase("joined");
  ArraySpec array;
  array.last_layer = LayerPolicy::kMapped;
  array.first_layer = LayerPolicy::kMapped;
  const Executor analog(network, MacMode::kAnalog, array);
  ASSERT_EQ(analog.cim_layers().size(), 1U);
  EXPECT_EQ(analog.cim_layers()[0]->name, "project");
  EXPECT_TRUE(LayerProbe(analog, analog.step_of("last")).is_real());
  const Tensor images = random_operator_images(2);
  const PreparedPlan plan = analog.prepare(plan_for(analog, lossless()));
  EXPECT_EQ(values_of(analog.logits(images, plan)),
            values_of(Executor(network, MacMode::kLossless).logits(images)));
}

TEST(ExecutorOperators, FirstAndLastAreCountedAmongLayersOnGrids) {
  Network network = every_operator_on_grids();
  network.quant.erase("conv.weight");
  network.quant.erase("input");
  const Executor analog(network, MacMode::kAnalog, {});
  EXPECT_TRUE(analog.cim_layers().empty());  // "project" is the first, "last" the last
}

TEST(ExecutorOperators, RefusesANetworkWithoutAnyGrid) {
  EXPECT_THAT(test::message_of([] { Executor(every_operator(), MacMode::kLossless); }),
              ::testing::HasSubstr("no layer of network 'operators' has integer grids"));
}

}  // namespace
}  // namespace bitline
