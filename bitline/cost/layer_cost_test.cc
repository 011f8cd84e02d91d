#include "bitline/cost/layer_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "bitline/mapping/map.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/technology.h"

namespace bitline {
namespace {

const Technology kTechnology = test::default_technology();

/// A layer that fills one array of 0/1 cells: as many inputs as rows, four planes of outputs.
CimLayer full_array(std::int64_t side) {
  ArraySpec array;
  array.rows = array.columns = side;
  array.encoding = encodings::kTwosComplement;
  array.columns_per_adc = 16;
  const std::int64_t outputs = side / 4;
  return map_layer(
      test::linear_layer(
          outputs, std::vector<std::int32_t>(static_cast<std::size_t>(side * outputs), 1), 4, 4),
      array);
}

LayerCost cost_of(std::int64_t side, std::int64_t levels) {
  return layer_cost(full_array(side), levels, {adc_models::kFlash, kTechnology, false, {}});
}

/// Per cent.
double saved(const Breakdown& before, const Breakdown& after) {
  return 100 * (1 - after.total() / before.total());
}

// The one thing that is fitted (tools/fit_flash.py).
TEST(LayerCost, AdcsTakeTheSharesOfTheArticle) {
  const LayerCost cost = cost_of(128, 16);
  EXPECT_NEAR(cost.area[Circuit::kAdcs] / cost.area.total(), 0.57, 0.0005);
  EXPECT_NEAR(cost.energy[Circuit::kAdcs] / cost.energy.total(), 0.86, 0.0005);
}

// One column in 256 more cells: 0.39 % of the array.
TEST(LayerCost, ADummyColumnIsOneColumnOfEveryArray) {
  const CimLayer layer = full_array(256);
  CostOptions options{adc_models::kFlash, kTechnology, false, {}};
  const LayerCost without = layer_cost(layer, 9, options);
  options.dummy_column = true;
  const LayerCost with = layer_cost(layer, 9, options);
  EXPECT_NEAR(with.area[Circuit::kArrays] / without.area[Circuit::kArrays], 257.0 / 256, 1e-12);
  EXPECT_NEAR(with.energy[Circuit::kArrays] / without.energy[Circuit::kArrays], 257.0 / 256, 1e-12);
  EXPECT_EQ(with.area[Circuit::kAdcs], without.area[Circuit::kAdcs]);
}

TEST(LayerCost, IdleReadsAreNotConverted) {
  const CimLayer layer = full_array(128);
  CostOptions options{adc_models::kFlash, kTechnology, false, {}};
  const LayerCost all = layer_cost(layer, 16, options);
  options.idle_shares = {{layer.name, 0.25}};
  const LayerCost some = layer_cost(layer, 16, options);
  EXPECT_NEAR(some.energy[Circuit::kAdcs], 0.75 * all.energy[Circuit::kAdcs], 1e-9);
  EXPECT_NEAR(some.energy[Circuit::kShiftAdd], 0.75 * all.energy[Circuit::kShiftAdd], 1e-9);
  EXPECT_EQ(some.energy[Circuit::kArrays], all.energy[Circuit::kArrays]);
  EXPECT_EQ(some.area.total(), all.area.total());
}

struct ArticleRow {
  std::int64_t side, before, after;
  double area;                   // saved, per cent
  std::optional<double> energy;  // likewise; the article does not state every one
};

class ArticleCost : public testing::TestWithParam<ArticleRow> {};

// None of these is fitted: they follow from the components.
TEST_P(ArticleCost, FollowsWithinOneAndAHalfPoints) {
  const ArticleRow row = GetParam();
  const LayerCost before = cost_of(row.side, row.before);
  const LayerCost after = cost_of(row.side, row.after);
  EXPECT_NEAR(saved(before.area, after.area), row.area, 1.5);
  if (!row.energy) return;
  EXPECT_NEAR(saved(before.energy, after.energy), *row.energy, 1.5);
}

INSTANTIATE_TEST_SUITE_P(Rows, ArticleCost,
                         testing::Values(ArticleRow{128, 16, 8, 31, 46},
                                         ArticleRow{128, 16, 3, 50, 74},
                                         ArticleRow{256, 128, 64, 43, 48},
                                         ArticleRow{256, 128, 32, 64, std::nullopt},
                                         ArticleRow{256, 128, 9, 80, 90}));

// One array of 128 x 128, four streams at one position: 4 reads of 128 word lines.
TEST(LayerCost, CountsEveryCircuitOfOneArray) {
  const LayerCost cost = cost_of(128, 3);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kArrays], 128 * 128 * 0.171);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kWordLineDrivers], 128 * 0.166);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kColumnMultiplexers], 128 * 0.039);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kAdcs], 8 * 2 * kTechnology.comparator_area);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kShiftAdd], 8 * 60.0);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kAccumulators], 32 * 16 * 0.376);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kBuffers], 64 * 1.03);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kArrays], 4 * 128 * 128 * 1.83 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kWordLineDrivers], 4 * 128 * 128 * 3.05 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kColumnMultiplexers], 4 * 128 * 0.98 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kAdcs], 4 * 128 * 2 * kTechnology.comparator_energy / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kShiftAdd], 4 * 128 * 39.0 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kAccumulators], 32 * 16 * 11.2 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kBuffers], 64 * 969.0 / 1000);
  EXPECT_DOUBLE_EQ(cost.time, 4 * (100 + 16 * 0.83));
  EXPECT_DOUBLE_EQ(cost.operations, 2 * 128 * 32);
  EXPECT_DOUBLE_EQ(cost.one_bit_operations, 2 * 4 * 128 * 128);
}

/// 16 channels of 3 × 3 on 8 × 8 to 20 channels, 4-bit weights and activations, on arrays of
/// 128 × 32. 144 rows driven 64 at a time are tiles of 64, 64 and 16: two of them fill one strip,
/// the third has its own. 20 × 4 columns and the reference column need 3 arrays for each strip.
CimLayer convolution(std::int64_t columns_per_adc) {
  IntegerLayer layer;
  layer.name = "conv";
  layer.geometry = {16, 8, 8, 20, 3, 3, 1, 1, 1};
  layer.weights = Tensor(DType::kI32, {20, 144});
  ArraySpec array;
  array.active_rows = 64;
  array.columns = 32;
  array.encoding = encodings::kOffset;
  array.columns_per_adc = columns_per_adc;
  return map_layer(layer, array);
}

// 6 arrays with an ADC for each 4 of 32 columns, and 2 reference columns that tell 0 … 64 apart.
// The largest output, 3 tiles · 15 · 15 · 64 = 43,200, takes 17 bits.
TEST(LayerCost, AreaCountsEveryArrayAndEveryReferenceColumn) {
  const LayerCost cost = layer_cost(convolution(4), 5, {adc_models::kFlash, kTechnology, true, {}});
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kArrays], 6 * 128 * (32 + 1) * 0.171);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kWordLineDrivers], 6 * 128 * 0.166);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kColumnMultiplexers], 6 * 32 * 0.039);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kAdcs], (6 * 8 * 4 + 2 * 64) * 39.40);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kShiftAdd], (6 * 8 + 2) * 60.0);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kAccumulators], 20 * 17 * 0.376);
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kBuffers], 144 * 4 / 8.0 * 1.03);
}

// Each of 64 positions reads every tile under 4 streams. A word line runs through the strip's 3
// arrays and drives the cells of 81 columns and, in each array, of the dummy column.
TEST(LayerCost, EnergyCountsEveryTileAndEveryReferenceConversion) {
  const LayerCost cost = layer_cost(convolution(4), 5, {adc_models::kFlash, kTechnology, true, {}});
  constexpr int kReads = 64 * 4;
  constexpr int kWordLines = kReads * 144 * 3;
  constexpr int kConversions = kReads * 3 * 20 * 4, kReferences = kReads * 3;
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kArrays], (kReads * 144 * 81 + kWordLines) * 1.83 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kWordLineDrivers], kWordLines * 32 * 3.05 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kColumnMultiplexers],
                   (kConversions + kReferences) * 0.98 / 1000);
  EXPECT_NEAR(cost.energy[Circuit::kAdcs], (kConversions * 4 + kReferences * 64) * 326.37 / 1000,
              1e-6);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kShiftAdd], (kConversions + kReferences) * 39.0 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kAccumulators], 64 * 20 * 3 * 17 * 11.2 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kBuffers], 64 * 144 * 4 / 8.0 * 969 / 1000);
}

// Two tiles of one array wait for each other; the third is in an array of its own.
TEST(LayerCost, TimeAndOperationsCountEveryPosition) {
  const LayerCost cost =
      layer_cost(convolution(4), 5, {adc_models::kFlash, kTechnology, false, {}});
  EXPECT_DOUBLE_EQ(cost.time, 64 * 4 * 2 * (100 + 4 * 0.83));
  EXPECT_DOUBLE_EQ(cost.operations, 2 * 64 * 20 * 144);
  EXPECT_DOUBLE_EQ(cost.one_bit_operations, 2 * 64 * 144 * (20 * 4 + 1) * 4);
}

// 5 levels take 3 bits, the 65 of a reference column 7. One column is read sooner than the
// reference, four one after the other are not.
TEST(LayerCost, AReadWaitsForTheSlowerAdc) {
  const auto read_with = [](std::int64_t columns_per_adc) {
    return layer_cost(convolution(columns_per_adc), 5, {adc_models::kSar, kTechnology, false, {}})
               .time /
           (64 * 4 * 2);
  };
  EXPECT_DOUBLE_EQ(read_with(1), 100 + 0.83 * 7 / 8);
  EXPECT_DOUBLE_EQ(read_with(4), 100 + 4 * 0.83 * 3 / 8);
}

TEST(LayerCost, IdleReadsOfReferenceColumnsAreNotConvertedEither) {
  const CimLayer layer = convolution(4);
  CostOptions options{adc_models::kFlash, kTechnology, false, {}};
  options.idle_shares = {{"conv", 0.25}};
  const LayerCost cost = layer_cost(layer, 5, options);
  EXPECT_NEAR(cost.energy[Circuit::kAdcs], 0.75 * 768 * (80 * 4 + 64) * 326.37 / 1000, 1e-6);
  EXPECT_NEAR(cost.energy[Circuit::kColumnMultiplexers], 0.75 * 768 * 81 * 0.98 / 1000, 1e-9);
}

// The same convolution in 4 groups of 36 inputs and 5 outputs, one tile and 20 columns each.
TEST(LayerCost, GroupsHaveInputsOfTheirOwn) {
  IntegerLayer layer;
  layer.geometry = {16, 8, 8, 20, 3, 3, 1, 1, 4};
  layer.weights = Tensor(DType::kI32, {20, 36});
  ArraySpec array;
  array.encoding = encodings::kTwosComplement;
  const LayerCost cost =
      layer_cost(map_layer(layer, array), 5, {adc_models::kFlash, kTechnology, false, {}});
  EXPECT_DOUBLE_EQ(cost.area[Circuit::kBuffers], 4 * 36 * 4 / 8.0 * 1.03);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kBuffers], 64 * 4 * 36 * 4 / 8.0 * 969 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kWordLineDrivers], 64 * 4 * 4 * 36 * 128 * 3.05 / 1000);
  EXPECT_DOUBLE_EQ(cost.energy[Circuit::kShiftAdd], 64 * 4 * 20 * 4 * 39.0 / 1000);
  EXPECT_DOUBLE_EQ(cost.operations, 2 * 64 * 20 * 36);
}

// One column in 257, but it sums 256 ones: its ADC tells 257 sums apart, whatever the others do.
TEST(LayerCost, AReferenceColumnHasAnAdcForEachOfItsSums) {
  ArraySpec array;
  array.rows = array.columns = 256;
  array.encoding = encodings::kOffset;
  array.columns_per_adc = 16;
  const auto cost_with = [&](OffsetRemoval removal, std::int64_t levels) {
    array.offset_removal = removal;
    return layer_cost(
        map_layer(test::linear_layer(60, std::vector<std::int32_t>(std::size_t{256} * 60, 1), 4, 4),
                  array),
        levels, {adc_models::kFlash, kTechnology, false, {}});
  };
  for (const std::int64_t levels : {3, 16}) {
    const LayerCost with = cost_with(OffsetRemoval::kReferenceColumn, levels);
    const LayerCost without = cost_with(OffsetRemoval::kDigital, levels);
    EXPECT_NEAR(with.energy[Circuit::kAdcs] - without.energy[Circuit::kAdcs],
                4 * 256 * kTechnology.comparator_energy / 1000, 1e-9);
    EXPECT_NEAR(with.area[Circuit::kAdcs] - without.area[Circuit::kAdcs],
                256 * kTechnology.comparator_area, 1e-6);
  }
}

// Two arrays work at once, one tile in each; with both tiles in one array they wait.
TEST(LayerCost, TilesOfOneArrayAreReadOneAfterTheOther) {
  const auto time_with = [](std::int64_t rows) {
    ArraySpec array;
    array.rows = rows;
    array.active_rows = 64;
    return layer_cost(map_layer(test::linear_layer(
                                    4, std::vector<std::int32_t>(std::size_t{128} * 4, 1), 4, 4),
                                array),
                      3, {adc_models::kFlash, kTechnology, false, {}})
        .time;
  };
  EXPECT_DOUBLE_EQ(time_with(128), 2 * time_with(64));
}

}  // namespace
}  // namespace bitline
