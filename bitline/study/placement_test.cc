#include "bitline/study/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/importer/import_onnx.h"

namespace bitline {
namespace {

Network transformer() { return import_onnx(std::string(BITLINE_TESTDATA) + "/transformer.onnx"); }

const Placement& of(const std::vector<Placement>& placements, std::string_view node) {
  return *std::ranges::find(placements, node, &Placement::node);
}

TEST(Placement, EveryLayerHasAPlaceAndAReason) {
  Network network = with_trial_grids(transformer(), {});
  network.quant.erase("expansion.weight");
  const ArraySpec array;
  const Executor executor(network, MacMode::kAnalog, array);
  const std::vector<Placement> placements = placements_of(executor, array);
  EXPECT_EQ(of(placements, "patches").place, Place::kIntegers);
  EXPECT_THAT(of(placements, "patches").reason, testing::HasSubstr("array.first_layer"));
  EXPECT_THAT(of(placements, "classifier").reason, testing::HasSubstr("array.last_layer"));
  EXPECT_EQ(of(placements, "projection").place, Place::kArray);
  EXPECT_EQ(of(placements, "expansion").place, Place::kReal);
  EXPECT_EQ(of(placements, "expansion").reason, "its weights have no integer grid");
  const auto product = std::ranges::find(placements, "mat_mul", &Placement::op);
  EXPECT_EQ(product->place, Place::kDigital);
  EXPECT_THAT(product->reason, testing::HasSubstr("one operand at least is computed"));
}

TEST(Placement, GridsThatAreThereStay) {
  Network network = with_trial_grids(transformer(), {});
  network.quant.at("projection.weight").bits = 3;
  EXPECT_EQ(with_trial_grids(network, {}).quant.at("projection.weight").bits, 3);
}

TEST(Placement, OddWeightsLieOnBipolarCells) {
  QuantizeOptions options;
  EXPECT_EQ(default_array(with_trial_grids(transformer(), options)).encoding,
            Encoding::kDifferential);
  options.odd_weights = true;
  EXPECT_EQ(default_array(with_trial_grids(transformer(), options)).encoding, Encoding::kBipolar);
}

}  // namespace
}  // namespace bitline
