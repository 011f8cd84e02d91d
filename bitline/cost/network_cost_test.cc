#include "bitline/cost/network_cost.h"

#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/cost/test_technology.h"
#include "bitline/mapping/map.h"
#include "bitline/mapping/test_layers.h"

namespace bitline {
namespace {

CimLayer layer_named(const std::string& name, std::int64_t inputs) {
  ArraySpec array;
  array.encoding = Encoding::kTwosComplement;
  IntegerLayer layer = testing_layers::linear_layer(
      32, std::vector<std::int32_t>(static_cast<std::size_t>(inputs * 32), 1), 4, 4);
  layer.name = name;
  return map_layer(layer, array);
}

class NetworkCostTest : public testing::Test {
 protected:
  NetworkCostTest() {
    options_.technology = testing_cost::default_technology();
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

// Nine levels have four times the comparators of three.
TEST_F(NetworkCostTest, OneAdcDesignHasTheMostLevels) {
  const NetworkCost cost = network_cost(layers_, levels_of(plan_), options_);
  const double front = cost.layers[0].cost.area[Circuit::kAdcs];
  EXPECT_DOUBLE_EQ(cost.area_one_design[Circuit::kAdcs] - cost.area[Circuit::kAdcs], 3 * front);
  EXPECT_DOUBLE_EQ(cost.area_one_design[Circuit::kArrays], cost.area[Circuit::kArrays]);
}

TEST_F(NetworkCostTest, ALosslessLayerHasALevelForEachSum) {
  plan_.layers.erase("front");
  plan_.layers["back"].spec.quantizer = Quantizer::kLossless;
  const NetworkCost cost = network_cost(layers_, levels_of(plan_), options_);
  EXPECT_EQ(cost.layers[0].cost.levels, 129);
  EXPECT_EQ(cost.layers[1].cost.levels, 129);
}

TEST_F(NetworkCostTest, ErrorsNameTheLayer) {
  options_.adc = AdcModel::kAndrulis;
  try {
    network_cost(layers_, levels_of(plan_), options_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("layer front: "), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace bitline
