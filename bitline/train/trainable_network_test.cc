#include "bitline/train/trainable_network.h"

#include <gtest/gtest.h>

#include "bitline/models/network_builder.h"
#include "bitline/quantize/grid.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

/// One linear layer of four inputs and one output, without bias, with weights set by hand.
Network one_layer(std::vector<float> weights) {
  NetworkBuilder build("one", {4}, 1);
  build.linear("layer", build.input(), 4, 1, false);
  Network network = std::move(build).finish();
  std::ranges::copy(weights, network.tensors.at("layer.weight").data<float>().begin());
  return network;
}

void put_grid(Network& network, int bits, bool odd, float scale) {
  QuantSpec spec;
  spec.bits = bits;
  spec.is_signed = true;
  spec.narrow = !odd;
  spec.odd = odd;
  spec.scale = Tensor::of<float>({1}, std::vector<float>{scale});
  network.quant["layer.weight"] = spec;
}

TEST(TrainableNetwork, ForwardUsesTheIntegersOfTheGrid) {
  for (const bool odd : {false, true}) {
    const std::vector<float> weights{0.31F, -0.07F, 5.0F, -0.88F};
    Network network = one_layer(weights);
    put_grid(network, 3, odd, 0.2F);
    TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
    const at::Tensor y = trainable.forward(at::eye(4), false);
    for (std::int64_t i = 0; i < 4; ++i) {
      const Grid grid(network.quant.at("layer.weight"), 0.2F);
      const auto integer =
          static_cast<float>(grid.to_integer(weights[static_cast<std::size_t>(i)]));
      EXPECT_NEAR(y[i][0].item<float>(), 0.2F * integer, 1e-6) << odd << " " << i;
    }
  }
}

TEST(TrainableNetwork, RefusesRoundingsItDoesNotTrainWith) {
  Network network = one_layer({1, 2, 3, 4});
  put_grid(network, 3, false, 0.2F);
  network.quant.at("layer.weight").rounding = Rounding::kFloor;
  test::expect_error(ErrorKind::kFailure, "'layer.weight' is rounded to its grid by floor",
                     [&] { TrainableNetwork(network, TrainingQuantizer::kLsq, at::kCPU); });
}

// A grid that pooling and reshaping carry on is one, with one step.
TEST(TrainableNetwork, LearnsOneStepForAGridThatIsCarriedOn) {
  Network network;
  network.nodes.push_back({"input", Input{{4}}, {}, {}});
  network.nodes.push_back({"relu", Relu{}, {"input"}, {}});
  network.nodes.push_back({"flat", Flatten{}, {"relu"}, {}});
  QuantSpec grid;
  grid.bits = 4;
  grid.scale = Tensor::of<float>({1}, std::vector<float>{0.25F});
  network.quant["relu"] = network.quant["flat"] = grid;
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  ASSERT_EQ(trainable.parameters().size(), 1U);
  EXPECT_EQ(trainable.parameters()[0].key, "relu.quant_scale");
  at::NoGradGuard no_grad;
  at::Tensor scale = trainable.parameters()[0].value;
  scale.fill_(0.5);
  const Network after = trainable.network();
  for (const char* name : {"relu", "flat"})
    EXPECT_EQ(after.quant.at(name).scale.data<float>()[0], 0.5F) << name;
}

TEST(TrainableNetwork, GradientsAreThoseOfLsq) {
  // s = 0.2, 3 bits narrow: integers −3 … 3; v/s = 1.55 → 2, −0.35 → 0, 25 → 3, −4.4 → −3
  Network network = one_layer({0.31F, -0.07F, 5.0F, -0.88F});
  put_grid(network, 3, false, 0.2F);
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  trainable.forward(at::ones({1, 4}), false).sum().backward();
  const at::Tensor dv = trainable.parameters()[0].value.grad();
  const at::Tensor ds = trainable.parameters()[1].value.grad();
  // equation (9): 1 inside, 0 outside
  EXPECT_EQ(dv[0][0].item<float>(), 1);
  EXPECT_EQ(dv[0][1].item<float>(), 1);
  EXPECT_EQ(dv[0][2].item<float>(), 0);
  EXPECT_EQ(dv[0][3].item<float>(), 0);
  // equation (11): round(v/s) − v/s inside, the border outside, times 1/√(4 · 3)
  const double expected = ((2 - 1.55) + (0 + 0.35) + 3 - 3) / std::sqrt(12.0);
  EXPECT_NEAR(ds.item<double>(), expected, 1e-5);
}

TEST(TrainableNetwork, GradientsOnTheOddGridFollowTheSameRule) {
  // s = 0.2, 3 bits: integers −7, −5 … 7; v/s = 1.55 → 1, −0.35 → −1, 25 → 7, −30 → −7
  Network network = one_layer({0.31F, -0.07F, 5.0F, -6.0F});
  put_grid(network, 3, true, 0.2F);
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  const at::Tensor x = at::tensor({1.0F, 1.0F, 1.0F, 2.0F}).view({1, 4});
  trainable.forward(x, false).sum().backward();
  const at::Tensor dv = trainable.parameters()[0].value.grad();
  const at::Tensor ds = trainable.parameters()[1].value.grad();
  EXPECT_EQ(dv[0][0].item<float>(), 1);
  EXPECT_EQ(dv[0][1].item<float>(), 1);
  EXPECT_EQ(dv[0][2].item<float>(), 0);
  EXPECT_EQ(dv[0][3].item<float>(), 0);
  // equation (11): A − v/s inside, the border outside, times 1/√(4 · 7); the last one counts twice
  const double expected = ((1 - 1.55) + (-1 + 0.35) + 7 - 2 * 7) / std::sqrt(28.0);
  EXPECT_NEAR(ds.item<double>(), expected, 1e-5);
}

TEST(TrainableNetwork, QnnKeepsWeightsInsideTheirRangeAndStepsFixed) {
  Network network = one_layer({0.31F, -0.07F, 5.0F, -0.88F});
  put_grid(network, 3, false, 0.2F);
  TrainableNetwork trainable(network, TrainingQuantizer::kQnn, at::kCPU);
  EXPECT_EQ(trainable.parameters().size(), 1U);
  trainable.constrain();
  const Network constrained = trainable.network();
  const auto weights = constrained.tensors.at("layer.weight").data<float>();
  EXPECT_FLOAT_EQ(weights[2], 0.6F);  // 3 · 0.2
  EXPECT_FLOAT_EQ(weights[3], -0.6F);
  EXPECT_FLOAT_EQ(weights[0], 0.31F);
}

TrainableNetwork on_array(const Network& network, const NetworkArrays& array, const AdcSpec& spec,
                          Engine engine) {
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  const Executor executor(network, MacMode::kAnalog, array);
  trainable.put_on_array(test::plan_for(executor, spec), {array, engine});
  return trainable;
}

/// With powers of two as scales, convolutions of floats are exact too.
Network with_exact_scales(Network network) {
  for (auto& [name, spec] : network.quant) {
    const float scale = spec.scale.data<float>()[0];
    spec.scale =
        Tensor::of<float>({1}, std::vector<float>{std::exp2(std::round(std::log2(scale)))});
  }
  return network;
}

TEST(TrainableNetwork, LosslessAdcsChangeNeitherLogitsNorGradients) {
  const Network network = with_exact_scales(test::small_network());
  const at::Tensor images = to_torch(test::random_images(4));
  for (const ArraySpec& array : test::arrays()) {
    TrainableNetwork plain(network, TrainingQuantizer::kLsq, at::kCPU);
    TrainableNetwork analog = on_array(network, array, test::lossless(), Engine::kFused);
    const at::Tensor expected = plain.forward(images, true);
    const at::Tensor logits = analog.forward(images, true);
    EXPECT_TRUE(at::allclose(logits, expected, 1e-4, 1e-4));
    expected.square().sum().backward();
    logits.square().sum().backward();
    for (std::size_t i = 0; i < plain.parameters().size(); ++i) {
      const TrainableParameter& parameter = plain.parameters()[i];
      if (!parameter.value.grad().defined()) continue;
      const at::Tensor own = analog.parameters()[i].value.grad();
      const double scale = parameter.value.grad().abs().max().item<double>();
      EXPECT_TRUE(at::allclose(own, parameter.value.grad(), 1e-3, 1e-3 * scale)) << parameter.key;
    }
  }
}

TEST(TrainableNetwork, EnginesGiveTheSameBitsOnTheArray) {
  const Network network = test::small_network();
  const at::Tensor images = to_torch(test::random_images(4));
  for (const ArraySpec& array : test::arrays()) {
    const auto logits = [&](Engine engine) {
      return on_array(network, array, test::four_levels(), engine).forward(images, true);
    };
    const at::Tensor fused = logits(Engine::kFused);
    EXPECT_TRUE(fused.equal(logits(Engine::kComposed)));
    EXPECT_TRUE(fused.equal(logits(Engine::kReference)));
    TrainableNetwork plain(network, TrainingQuantizer::kLsq, at::kCPU);
    EXPECT_FALSE(at::allclose(fused, plain.forward(images, true), 1e-2, 1e-2));
  }
}

TEST(TrainableNetwork, AnswersOnTheArrayAsTheExecutorDoes) {
  const Network network = test::small_network();
  const Tensor images = test::random_images(16);
  const ArraySpec array = test::arrays()[0];
  const Executor executor(network, MacMode::kAnalog, array);
  const AdcPlan plan = test::plan_for(executor, test::four_levels());
  const at::Tensor expected = to_torch(executor.logits(images, executor.prepare(plan)));
  const at::Tensor logits = on_array(network, array, test::four_levels(), Engine::kFused)
                                .forward(to_torch(images), false);
  // Batch-norm rounds differently in LibTorch, which moves few activations by a step.
  EXPECT_GE(logits.sub(expected).abs().lt(1e-3).sum().item<std::int64_t>(), 40);
}

TEST(TrainableNetwork, LearnsRangesThatItsPlanStates) {
  const Network network = test::small_network();
  const ArraySpec array = test::arrays()[0];
  const Executor executor(network, MacMode::kAnalog, array);
  AnalogTraining training{array};
  training.learn_ranges = true;
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  const AdcPlan plan = test::plan_for(executor, test::four_levels());
  trainable.put_on_array(plan, training);
  EXPECT_EQ(trainable.plan(), plan);
  const at::Tensor images = to_torch(test::random_images(4));
  trainable.forward(images, true).square().sum().backward();
  std::size_t ranges = 0;
  for (const TrainableParameter& parameter : trainable.parameters()) {
    if (!parameter.key.ends_with(".adc_delta")) continue;
    ++ranges;
    EXPECT_FALSE(parameter.decays);
    EXPECT_NE(parameter.value.grad().item<float>(), 0) << parameter.key;
  }
  EXPECT_EQ(ranges, plan.layers.size());

  std::map<std::string, Tensor> deltas = trainable.learned_deltas();
  const std::string first = plan.layers.begin()->first;
  deltas.at(first).data<float>()[0] = 2.03F;
  trainable.load_learned_deltas(deltas);
  AdcPlan moved = plan;
  moved.layers.at(first).spec.delta = 2;
  EXPECT_EQ(trainable.plan(), moved);
  // What is evaluated under the plan is what was trained.
  TrainableNetwork fixed(trainable.network(), TrainingQuantizer::kLsq, at::kCPU);
  fixed.put_on_array(moved, {array});
  EXPECT_TRUE(trainable.forward(images, false).equal(fixed.forward(images, false)));
}

TEST(TrainableNetwork, TakesAnotherPlanForTheSameLayers) {
  const Network network = test::small_network();
  const ArraySpec array = test::arrays()[0];
  const Executor executor(network, MacMode::kAnalog, array);
  AdcPlan plan = test::plan_for(executor, test::four_levels());
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  trainable.put_on_array(plan, {array});
  plan.layers.begin()->second.spec.delta = 3;
  trainable.change_plan(plan);
  TrainableNetwork other(network, TrainingQuantizer::kLsq, at::kCPU);
  other.put_on_array(plan, {array});
  const at::Tensor images = to_torch(test::random_images(4));
  EXPECT_TRUE(trainable.forward(images, false).equal(other.forward(images, false)));
  plan.layers.erase(plan.layers.begin());
  EXPECT_THROW(trainable.change_plan(plan), Error);
}

// Tiles of 16 rows for "main" and "shortcut", and of 4 rows and 0/1 digits for "grouped".
TEST(TrainableNetwork, LearnsOnTheArrayOfEachLayer) {
  const Network network = test::small_network();
  const Tensor images = test::random_images(16);
  NetworkArrays arrays = test::arrays()[0];
  LayerArray& grouped = arrays.layers["grouped"];
  grouped.array = arrays.common;
  grouped.array.rows = 4;
  grouped.array.encoding = encodings::kTwosComplement;
  const auto outputs = [&](const NetworkArrays& on) {
    const Executor executor(network, MacMode::kAnalog, on);
    const at::Tensor expected = to_torch(
        executor.logits(images, executor.prepare(test::plan_for(executor, test::four_levels()))));
    const at::Tensor own =
        on_array(network, on, test::four_levels(), Engine::kFused).forward(to_torch(images), false);
    // As in AnswersOnTheArrayAsTheExecutorDoes.
    EXPECT_GE(own.sub(expected).abs().lt(1e-3).sum().item<std::int64_t>(), 40);
    return own;
  };
  EXPECT_FALSE(at::allclose(outputs(arrays), outputs(arrays.common), 1e-3, 1e-3));
}

TEST(TrainableNetwork, RefusesAPlanOfAnotherArray) {
  const Network network = test::small_network();
  const Executor executor(network, MacMode::kAnalog, test::arrays()[0]);
  const AdcPlan plan = test::plan_for(executor, test::four_levels());
  TrainableNetwork trainable(network, TrainingQuantizer::kLsq, at::kCPU);
  EXPECT_THROW(trainable.put_on_array(plan, {test::arrays()[1]}), Error);
}

}  // namespace
}  // namespace bitline
