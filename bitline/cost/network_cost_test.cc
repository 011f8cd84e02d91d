#include "bitline/cost/network_cost.h"

#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/technology.h"

namespace bitline {
namespace {

/// 32 outputs of 4 planes fill the columns of arrays that have 128 word lines driven at once.
CimLayer layer_named(const std::string& name, std::int64_t inputs, std::int64_t rows = 128) {
  ArraySpec array;
  array.rows = rows;
  array.active_rows = 128;
  array.encoding = encodings::kTwosComplement;
  IntegerLayer layer = test::linear_layer(
      32, std::vector<std::int32_t>(static_cast<std::size_t>(inputs * 32), 1), 4, 4);
  layer.name = name;
  return map_layer(layer, array);
}

class NetworkCostTest : public testing::Test {
 protected:
  NetworkCostTest() {
    options_.technology = test::default_technology();
    plan_.layers["front"].spec.levels = 3;
    plan_.layers["back"].spec.levels = 9;
  }

  const CimLayer front_ = layer_named("front", 128), back_ = layer_named("back", 256);
  const std::vector<const CimLayer*> layers_ = {&front_, &back_};
  AdcPlan plan_;
  CostOptions options_;
};

TEST_F(NetworkCostTest, AddsItsLayers) {
  const NetworkCost cost = network_cost(layers_, levels_of(plan_), options_);
  ASSERT_EQ(cost.layers.size(), 2U);
  const LayerCost& front = cost.layers[0].cost;
  const LayerCost& back = cost.layers[1].cost;
  EXPECT_EQ(front.levels, 3);
  EXPECT_EQ(back.levels, 9);
  EXPECT_DOUBLE_EQ(cost.area.total(), front.area.total() + back.area.total());
  EXPECT_DOUBLE_EQ(cost.energy.total(), front.energy.total() + back.energy.total());
  EXPECT_DOUBLE_EQ(cost.time, front.time + back.time);
  EXPECT_DOUBLE_EQ(cost.slowest_time, std::max(front.time, back.time));
  EXPECT_DOUBLE_EQ(cost.tops_per_watt(), 2.0 * 32 * (128 + 256) / cost.energy.total());
}

// 128 rows of −1 and +1 have 129 sums, and flash ADCs for them 128 comparators.
TEST_F(NetworkCostTest, ALosslessAdcOfABinaryLayerHasALevelForEverySecondNumber) {
  ArraySpec array;
  array.encoding = encodings::kBipolar;
  IntegerLayer layer = test::linear_layer(1, std::vector<std::int32_t>(128, 1), 1, 1);
  layer.weight_odd = layer.input_odd = true;
  const CimLayer binary = map_layer(layer, array);
  EXPECT_EQ(levels_of({})(binary), 129);
}

// Two tiles in one array wait for each other and take twice the time of one tile in an array.
TEST_F(NetworkCostTest, TheSlowestLayerBoundsThePipeline) {
  const CimLayer slow = layer_named("slow", 256, 256);
  const double read = 4 * (100 + 0.83);
  for (const auto& layers : {std::vector{&front_, &slow}, std::vector{&slow, &front_}}) {
    const NetworkCost cost = network_cost(layers, levels_of(plan_), options_);
    EXPECT_DOUBLE_EQ(cost.slowest_time, 2 * read);
    EXPECT_DOUBLE_EQ(cost.time, 3 * read);
  }
}

// The front and two of the back: 3 arrays of 128 × 128, each read 4 times. 10^12 operations per
// second and mm² are 1000 operations per ns and µm².
TEST_F(NetworkCostTest, EfficienciesAreOperationsPerEnergyAndPerAreaOfOneDesign) {
  const NetworkCost cost = network_cost(layers_, levels_of(plan_), options_);
  const double operations = 2.0 * 32 * (128 + 256), one_bit = 2.0 * 4 * 3 * 128 * 128;
  const double nanoseconds = 4 * (100 + 0.83), area = cost.area_one_design.total();
  EXPECT_DOUBLE_EQ(cost.operations, operations);
  EXPECT_DOUBLE_EQ(cost.one_bit_operations, one_bit);
  EXPECT_DOUBLE_EQ(cost.one_bit_tops_per_watt(), one_bit / cost.energy.total());
  EXPECT_DOUBLE_EQ(cost.tops_per_mm2(), operations / nanoseconds / area * 1000);
  EXPECT_DOUBLE_EQ(cost.one_bit_tops_per_mm2(), one_bit / nanoseconds / area * 1000);
}

// Nine levels have four times the comparators of three.
TEST_F(NetworkCostTest, OneAdcDesignHasTheMostLevels) {
  const NetworkCost cost = network_cost(layers_, levels_of(plan_), options_);
  const double front = cost.layers[0].cost.area[Circuit::kAdcs];
  EXPECT_DOUBLE_EQ(cost.area_one_design[Circuit::kAdcs] - cost.area[Circuit::kAdcs], 3 * front);
  EXPECT_DOUBLE_EQ(cost.area_one_design[Circuit::kArrays], cost.area[Circuit::kArrays]);
}

TEST_F(NetworkCostTest, ALosslessLayerHasALevelForEachSum) {
  plan_.layers.erase("front");
  plan_.layers["back"].spec.quantizer = quantizers::kLossless;
  const NetworkCost cost = network_cost(layers_, levels_of(plan_), options_);
  EXPECT_EQ(cost.layers[0].cost.levels, 129);
  EXPECT_EQ(cost.layers[1].cost.levels, 129);
}

TEST_F(NetworkCostTest, ErrorsNameTheLayer) {
  options_.adc = adc_models::kAndrulis;
  try {
    network_cost(layers_, levels_of(plan_), options_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("layer front: "), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace bitline
