// Layers of one network on arrays of their own.
#include <gtest/gtest.h>

#include "bitline/mapping/array_settings.h"
#include "bitline/runtime/executor.h"
#include "bitline/testing/engines.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/small_network.h"
#include "bitline/testing/tensors.h"

namespace bitline {
namespace {

using test::expect_error;
using test::message_of;
using test::plan_for;
using test::values_of;

/// Two linear layers of four weights 1 side by side, whose outputs are added.
Network two_layers() {
  test::SmallNetwork build(1, {4});
  build.grid("input", 1, false, 1);
  for (const char* layer : {"left", "right"}) build.linear(layer, "input", {1, 4}, 2);
  build.plain("sum", ResidualAdd{}, {"left", "right"});
  Network network = std::move(build).finish();
  network.quant.at("input").narrow = false;
  for (const std::string layer : {"left", "right"}) {
    network.tensors[layer + ".weight"] = Tensor::of<float>({1, 4}, std::vector<float>{1, 1, 1, 1});
    network.tensors[layer + ".bias"] = Tensor::of<float>({1}, std::vector<float>{0});
    network.quant.at(layer + ".weight").scale = Tensor::of<float>({1}, std::vector<float>{1});
  }
  return network;
}

/// "left" on four rows of pairs, "right" on two rows of digits above 0.
NetworkArrays two_arrays() {
  NetworkArrays arrays;
  arrays.common.rows = 4;
  arrays.common.first_layer = arrays.common.last_layer = LayerPolicy::kMapped;
  LayerArray& right = arrays.layers["right"];
  right.array = arrays.common;
  right.array.rows = 2;
  right.array.encoding = encodings::kOffset;
  return arrays;
}

/// Zero-tread with Δ = 2δ/3 = 1: −1, 0 and 1.
AdcSpec three_levels() {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = Rational(3, 2);
  spec.sides = Sides::kBoth;
  return spec;
}

// "left" has one sum, 4, which is read as 1. "right" stores 1 + 2 = 3 in two planes, whose sums of
// two rows are 2, read as 1; its reference column's 2 is read as it is: (1 + 2 · 1) − 2 · 2 = −1
// for each of two tiles.
TEST(MixedArrays, EachLayerIsReadOnItsOwnArray) {
  const Tensor ones = Tensor::of<float>({1, 4}, std::vector<float>{1, 1, 1, 1});
  for (const Engine engine : test::engines()) {
    const Executor executor(two_layers(), MacMode::kAnalog, two_arrays(), engine);
    const PreparedPlan plan = executor.prepare(plan_for(executor, three_levels()));
    EXPECT_EQ(values_of(executor.logits(ones, plan)), (std::vector<float>{1 - 2}))
        << name_of(engine);
    EXPECT_EQ(values_of(executor.logits(ones)), (std::vector<float>{4 + 4})) << name_of(engine);
  }
}

/// Each layer of small_network() on another array.
NetworkArrays three_arrays() {
  NetworkArrays arrays;
  arrays.common.rows = 16;
  const auto own = [&arrays](const std::string& layer) -> ArraySpec& {
    arrays.layers[layer].array = arrays.common;
    return arrays.layers[layer].array;
  };
  own("shortcut").encoding = encodings::kOffset;
  arrays.layers["shortcut"].array.cell_bits = 2;
  own("grouped").encoding = encodings::kTwosComplement;
  arrays.layers["grouped"].array.rows = 8;
  arrays.layers["grouped"].array.dac_bits = 2;
  arrays.layers["grouped"].array.column_flip = ColumnFlip::kComplement;
  return arrays;
}

TEST(MixedArrays, EveryEngineEqualsThePlainLoop) {
  const Tensor images = test::random_images(3);
  const Executor plain(test::small_network(), MacMode::kAnalog, three_arrays(), Engine::kReference);
  ASSERT_EQ(plain.cim_layers().size(), 3U);
  for (const CimLayer* layer : plain.cim_layers())
    EXPECT_EQ(layer->array, three_arrays().of(layer->name)) << layer->name;
  const AdcPlan plan = plan_for(plain, test::four_levels());
  const std::vector<float> expected = values_of(plain.logits(images, plain.prepare(plan)));
  for (const Engine engine : test::engines()) {
    const Executor executor(test::small_network(), MacMode::kAnalog, three_arrays(), engine);
    EXPECT_EQ(values_of(executor.logits(images, executor.prepare(plan))), expected)
        << name_of(engine);
  }
}

TEST(MixedArrays, AreExactWithLosslessAdcs) {
  const Tensor images = test::random_images(3);
  const Executor digital(test::small_network(), MacMode::kLossless);
  NetworkArrays arrays = three_arrays();
  arrays.layers["first"] = {arrays.common, false};
  arrays.layers["main"] = {arrays.common, true};
  const Executor analog(test::small_network(), MacMode::kAnalog, arrays);
  ASSERT_EQ(analog.cim_layers().size(), 3U);
  const PreparedPlan plan = analog.prepare(plan_for(analog, test::lossless()));
  EXPECT_EQ(values_of(analog.logits(images, plan)), values_of(digital.logits(images)));
}

TEST(MixedArrays, APlanIsHeldAgainstTheArrayOfEachLayer) {
  const Executor executor(test::small_network(), MacMode::kAnalog, three_arrays());
  AdcPlan plan = plan_for(executor, test::four_levels());
  plan.array = sum_settings(three_arrays().common);
  expect_error(ErrorKind::kUsage, "layer grouped: the plan was found on an array with ",
               [&] { executor.prepare(plan); });
  for (const auto& [layer, own] : three_arrays().layers)
    plan.layer_arrays[layer] = own_sum_settings(three_arrays(), layer);
  EXPECT_EQ(message_of([&] { executor.prepare(plan); }), "nothing was thrown");
  plan.layer_arrays["main"]["row_order"] = "kernel-major";
  expect_error(ErrorKind::kUsage,
               "layer main: the plan was found on an array with row_order = kernel-major, and this "
               "one has channel-major",
               [&] { executor.prepare(plan); });
}

// (8b) by layer: what stands behind one layer's sums is no matter of the others.
TEST(MixedArrays, RequantizeLayerByLayer) {
  const Tensor images = test::random_images(3);
  const auto logits = [&images](const NetworkArrays& arrays) {
    return values_of(Executor(test::small_network(), MacMode::kAnalog, arrays).logits(images));
  };
  NetworkArrays coarse;
  coarse.common.requantize = Requantize::kFixed;
  coarse.common.requantize_bits = 2;
  NetworkArrays everywhere;
  for (const char* layer : {"first", "main", "shortcut", "grouped", "last"})
    everywhere.layers[layer] = {coarse.common, {}};
  EXPECT_NE(logits(coarse), logits({}));
  EXPECT_EQ(logits(everywhere), logits(coarse));
  everywhere.layers.erase("grouped");
  EXPECT_NE(logits(everywhere), logits(coarse));
}

}  // namespace
}  // namespace bitline
