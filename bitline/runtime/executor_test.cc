#include "bitline/runtime/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/base/parallel.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/mapping/cell_digits.h"
#include "bitline/mapping/map.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/testing/engines.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/small_network.h"
#include "bitline/testing/tensors.h"

namespace bitline {
namespace {

using test::arrays;
using test::four_levels;
using test::lossless;
using test::message_of;
using test::NotedProgress;
using test::plan_for;
using test::random_images;
using test::small_network;
using test::values_of;

TEST(Executor, LosslessAdcsGiveTheLogitsOfTheDigitalNetwork) {
  const Tensor images = random_images(4);
  const Executor digital(small_network(), MacMode::kLossless);
  const std::vector<float> expected = values_of(digital.logits(images));
  for (const ArraySpec& array : arrays()) {
    const Executor analog(small_network(), MacMode::kAnalog, array);
    ASSERT_EQ(analog.cim_layers().size(), 3U);
    const PreparedPlan plan = analog.prepare(plan_for(analog, lossless()));
    EXPECT_EQ(values_of(analog.logits(images, plan)), expected) << name_of(array.encoding);
  }
}

TEST(Executor, EnginesAgreeBitForBitOnLogitsAndHistograms) {
  const Tensor images = random_images(3);
  for (const ArraySpec& array : arrays()) {
    std::vector<float> expected;
    std::vector<std::int64_t> expected_counts;
    for (const Engine engine : test::engines()) {
      const Executor analog(small_network(), MacMode::kAnalog, array, engine);
      HistogramMap histograms = make_histograms(analog, true);
      const PreparedPlan plan = analog.prepare(plan_for(analog, four_levels()));
      const std::vector<float> logits = values_of(analog.logits(images, plan, &histograms));
      const std::vector<std::int64_t> counts = histograms.at("grouped").total().counts();
      if (engine == Engine::kReference) {
        expected = logits;
        expected_counts = counts;
      }
      EXPECT_EQ(logits, expected) << name_of(array.encoding) << " " << name_of(engine);
      EXPECT_EQ(counts, expected_counts) << name_of(array.encoding) << " " << name_of(engine);
    }
  }
}

// Every layer stands under the way that it takes, on the array where the plan has it.
TEST(Executor, SaysHowEachLayerIsComputed) {
  const auto layers_of = [](const Executor& executor, const AdcPlan& plan, std::string_view path) {
    const auto paths = executor.paths(executor.prepare(plan));
    const auto found = paths.find(path);
    return found == paths.end() ? 0U : found->second.size();
  };
  const Executor reference(small_network(), MacMode::kAnalog, {}, Engine::kReference);
  const AdcPlan all = plan_for(reference, four_levels());
  EXPECT_EQ(layers_of(reference, all, "the definition, a plain loop"), 3U);
  AdcPlan one = all;
  one.layers.erase(std::next(one.layers.begin()), one.layers.end());
  EXPECT_EQ(layers_of(reference, one, "the definition, a plain loop"), 1U);
  force_instruction_set("scalar");
  const Executor fused(small_network(), MacMode::kAnalog);
  EXPECT_EQ(layers_of(fused, all, "lanes are columns, bits counted"), 3U);
  force_instruction_set(instruction_sets().front());
}

TEST(Executor, ANarrowAdcChangesTheLogits) {
  const Tensor images = random_images(4);
  const Executor analog(small_network(), MacMode::kAnalog);
  const PreparedPlan narrow = analog.prepare(plan_for(analog, four_levels()));
  EXPECT_NE(values_of(analog.logits(images, narrow)), values_of(analog.logits(images)));
}

TEST(Executor, LogitsDependOnNeitherBatchNorThreads) {
  const Tensor images = random_images(5);
  const Executor analog(small_network(), MacMode::kAnalog);
  const PreparedPlan plan = analog.prepare(plan_for(analog, four_levels()));
  const std::vector<float> together = values_of(analog.logits(images, plan));
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

TEST(Executor, StepsInTwoPartsGiveTheSameAsAtOnce) {
  const Tensor images = random_images(2);
  const Executor analog(small_network(), MacMode::kAnalog);
  const PreparedPlan plan = analog.prepare(plan_for(analog, four_levels()));
  const std::vector<float> expected = values_of(analog.logits(images, plan));
  for (std::size_t cut = 0; cut <= analog.steps().size(); ++cut) {
    Values values = analog.begin(images);
    analog.run(values, 0, cut, plan);
    analog.run(values, cut, analog.steps().size(), plan);
    ASSERT_EQ(values.size(), 1U);
    EXPECT_EQ(values_of(real(values.begin()->second)), expected) << "cut before step " << cut;
  }
}

TEST(Executor, FloatModeFollowsTheGridsUpToRounding) {
  const Tensor images = random_images(4);
  const Executor digital(small_network(), MacMode::kLossless);
  const Executor real_numbers(small_network(), MacMode::kFloat);
  const std::vector<float> a = values_of(digital.logits(images));
  const std::vector<float> b = values_of(real_numbers.logits(images));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-2);
}

// Streams add up: what all of them change is the sum of what each of them changes.
void expect_that_streams_add_up(const AdcSpec& adc) {
  const Tensor images = random_images(3);
  for (ArraySpec array : arrays()) {
    array.last_layer = LayerPolicy::kMapped;
    const Executor analog(small_network(), MacMode::kAnalog, array);
    const std::string last = analog.cim_layers().back()->name;
    AdcPlan only_last;
    only_last.layers[last] = plan_for(analog, adc).layers.at(last);
    PreparedPlan plan = analog.prepare(only_last);
    ASSERT_TRUE(streams_are_apart(analog, plan)) << name_of(array.encoding);
    const std::vector<float> exact = values_of(analog.logits(images));
    const std::vector<float> all = values_of(analog.logits(images, plan));
    std::vector<double> changes(exact.size());
    const std::int64_t streams = analog.cim_layers().back()->streams.count();
    for (plan.stream = 0; *plan.stream < streams + 1;
         ++*plan.stream) {  // the last one is not there
      const std::vector<float> one = values_of(analog.logits(images, plan));
      for (std::size_t i = 0; i < one.size(); ++i)
        changes[i] += static_cast<double>(one[i]) - static_cast<double>(exact[i]);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_NEAR(changes[i], all[i] - exact[i], 1e-4) << name_of(array.encoding);
    EXPECT_NE(all, exact);
  }
}

TEST(Executor, EachStreamAloneChangesItsPartOfTheSums) {
  expect_that_streams_add_up(four_levels());
}

// There a read that drives no word line adds half a step.
TEST(Executor, EachStreamAloneChangesItsPartWithoutALevelAtZero) {
  AdcSpec spec = four_levels();
  spec.quantizer = quantizers::kZeroRise;
  expect_that_streams_add_up(spec);
}

TEST(Executor, StreamsAreNotApartWherePaddingIsNotZero) {
  Network network = small_network();
  network.quant.at("first_relu").zero_point = 3;
  const Executor analog(std::move(network), MacMode::kAnalog);
  EXPECT_FALSE(streams_are_apart(analog, analog.prepare(plan_for(analog, four_levels()))));
}

// A byte for each weight and plane, in whose place an engine has its own form of them.
TEST(Executor, KeepsNoPlanesBesideThoseOfItsEngine) {
  const Tensor images = random_images(2);
  for (const ArraySpec& array : arrays())
    for (const Engine engine : test::engines()) {
      const Executor analog(small_network(), MacMode::kAnalog, array, engine);
      analog.logits(images, analog.prepare(plan_for(analog, lossless())));
      for (const CimLayer* layer : analog.cim_layers()) {
        EXPECT_EQ(layer->planes.digits.size(), 0) << layer->name;
        EXPECT_TRUE(std::ranges::equal(all_cell_digits(*layer).bytes(),
                                       map_layer(*layer, array).planes.digits.bytes()))
            << layer->name;
      }
    }
}

TEST(Executor, SaysHowFarALargeNetworkIsSetUp) {
  constexpr std::int64_t kWide = 1024;
  test::SmallNetwork build(1, {kWide});
  build.grid("input", 8, true, 0.02F);
  build.linear("first", "input", {kWide, kWide}, 4);
  build.grid("first", 8, true, 0.02F);
  build.linear("last", "first", {2, kWide}, 4);
  NotedProgress progress;
  const Executor executor(std::move(build).finish(), MacMode::kAnalog, {}, Engine::kFused,
                          progress);
  ASSERT_EQ(progress.tasks().size(), 1U);
  EXPECT_EQ(progress.tasks()[0].name, "set up network");
  EXPECT_EQ(progress.tasks()[0].total, kWide * kWide + 2 * kWide);
  EXPECT_THAT(progress.tasks()[0].done,
              ::testing::ElementsAre(kWide * kWide, kWide * kWide + 2 * kWide));
}

TEST(Executor, SaysNothingOfASmallNetworkThatIsThereAtOnce) {
  NotedProgress progress;
  const Executor executor(small_network(), MacMode::kAnalog, {}, Engine::kFused, progress);
  EXPECT_TRUE(progress.tasks().empty());
}

TEST(Executor, MapsFirstAndLastLayerWhenAskedTo) {
  ArraySpec array;
  array.first_layer = LayerPolicy::kMapped;
  array.last_layer = LayerPolicy::kMapped;
  const Executor analog(small_network(), MacMode::kAnalog, array);
  EXPECT_EQ(analog.cim_layers().size(), 5U);
  const Tensor images = random_images(2);
  const PreparedPlan plan = analog.prepare(plan_for(analog, lossless()));
  EXPECT_EQ(values_of(analog.logits(images, plan)), values_of(analog.logits(images)));
}

// "first" is computed behind the shortcut, where the sum is that it ends in.
TEST(Executor, FirstAndLastLayerAreThoseOfTheNetworksOrder) {
  test::SmallNetwork build(1);
  build.grid("input", 8, true, 0.02F);
  build.conv("first", "input", {4, 3, 1, 1}, {}, 4);
  build.conv("shortcut", "input", {4, 3, 1, 1}, {}, 4);
  build.plain("sum", ResidualAdd{}, {"first", "shortcut"});
  build.plain("flat", Flatten{}, {"sum"});
  build.grid("flat", 4, true, 0.1F);
  build.linear("last", "flat", {2, 256}, 4);
  const Executor executor(std::move(build).finish(), MacMode::kAnalog);
  ASSERT_EQ(executor.cim_layers().size(), 1U);
  EXPECT_EQ(executor.cim_layers()[0]->name, "shortcut");
}

TEST(Executor, RefusesAPlanOfAnotherArrayAndNamesTheLayer) {
  const Executor analog(small_network(), MacMode::kAnalog);
  AdcPlan plan = plan_for(analog, four_levels());
  plan.layers.at("grouped").sums.maximum += 1;
  const std::string message = message_of([&] { analog.prepare(plan); });
  EXPECT_THAT(message, ::testing::HasSubstr("layer grouped"));
  EXPECT_THAT(message, ::testing::HasSubstr("search again"));
}

TEST(Executor, RefusesAnAdcForALayerThatStaysDigital) {
  const Executor analog(small_network(), MacMode::kAnalog);
  AdcPlan plan;
  plan.layers["first"] = {four_levels(), -27, 27};
  EXPECT_THAT(test::message_of([&] { analog.prepare(plan); }),
              ::testing::HasSubstr("layer first: the plan has an ADC for it, but the layer stays "
                                   "digital: first_layer = \"digital-integer\""));
}

TEST(Executor, RefusesImagesOfAnotherShape) {
  const Executor digital(small_network(), MacMode::kLossless);
  EXPECT_THROW(digital.logits(Tensor(DType::kF32, {1, 3, 9, 8})), Error);
}

}  // namespace
}  // namespace bitline
