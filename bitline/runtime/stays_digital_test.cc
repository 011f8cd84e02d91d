#include "bitline/runtime/stays_digital.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/runtime/executor.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/operator_network.h"

namespace bitline {
namespace {

using test::every_operator_on_grids;
using test::small_network;
using ::testing::IsEmpty;

const Placement& of(const std::vector<Placement>& placements, std::string_view node) {
  return *std::ranges::find(placements, node, &Placement::node);
}

/// One linear layer on grids.
Network one_layer() {
  test::SmallNetwork build(1, {4});
  build.grid("input", 8, true, 0.02F);
  build.linear("only", "input", {2, 4}, 4);
  return std::move(build).finish();
}

ArraySpec array_with(LayerPolicy first, LayerPolicy last) {
  ArraySpec array;
  array.first_layer = first;
  array.last_layer = last;
  return array;
}

TEST(StaysDigital, FirstAndLastLayerOnGridsUnlessTheyAreMapped) {
  const auto places = place_layers(small_network(), MacMode::kAnalog, {});
  EXPECT_EQ(places.at("first").place, Place::kIntegers);
  EXPECT_EQ(places.at("first").reason,
            "first_layer = \"digital-integer\"; \"mapped\" puts it on the array");
  EXPECT_EQ(places.at("last").place, Place::kIntegers);
  EXPECT_EQ(places.at("last").reason,
            "last_layer = \"digital-integer\"; \"mapped\" puts it on the array");
  for (const char* between : {"main", "shortcut", "grouped"}) {
    EXPECT_EQ(places.at(between).place, Place::kArray) << between;
    EXPECT_THAT(places.at(between).reason, IsEmpty()) << between;
  }
}

TEST(StaysDigital, WhatIsSaidOfALayerComesBeforeFirstAndLast) {
  NetworkArrays arrays;
  arrays.layers["first"].digital = false;
  arrays.layers["main"].digital = true;
  const auto places = place_layers(small_network(), MacMode::kAnalog, arrays);
  EXPECT_EQ(places.at("first").place, Place::kArray);
  EXPECT_EQ(places.at("main").place, Place::kIntegers);
  EXPECT_EQ(places.at("main").reason, "array.layers.\"main\" has digital = true");
  EXPECT_EQ(places.at("shortcut").place, Place::kArray);
  EXPECT_EQ(places.at("last").place, Place::kIntegers);
}

TEST(StaysDigital, AnArrayOfALayerThatLiesOnNoneIsRefused) {
  NetworkArrays arrays;
  arrays.layers["first"].array.rows = 64;
  const auto message = [&arrays](const Network& network) {
    return test::message_of([&] { place_layers(network, MacMode::kAnalog, arrays); });
  };
  EXPECT_EQ(message(small_network()),
            "array.layers.\"first\" says how the layer lies on the array, but it stays digital: "
            "first_layer = \"digital-integer\"; \"mapped\" puts it on the array; leave it out, or "
            "say digital = false there");
  arrays.layers["first"].digital = true;
  EXPECT_EQ(message(small_network()), "nothing was thrown");
  arrays.layers["first"] = {{}, false};
  Network real = small_network();
  real.quant.erase("first.weight");
  EXPECT_EQ(
      message(real),
      "array.layers.\"first\" says how the layer lies on the array, but it stays digital: its "
      "weights have no integer grid; leave it out");
  arrays.layers["frist"];
  EXPECT_EQ(message(small_network()),
            "network 'small' has no layer 'frist'; the nearest name is 'first'");
}

TEST(StaysDigital, WhatStandsFirstInTheNetworkIsExplainedAsTheFirst) {
  test::SmallNetwork build(1);
  build.grid("input", 8, true, 0.02F);
  build.conv("first", "input", {4, 3, 1, 1}, {}, 4);
  build.conv("shortcut", "input", {4, 3, 1, 1}, {}, 4);
  build.plain("sum", ResidualAdd{}, {"first", "shortcut"});  // "first" waits for the shortcut
  const Executor executor(std::move(build).finish(), MacMode::kAnalog);
  const std::vector<Placement> placements = placements_of(executor);
  EXPECT_EQ(placements.front().node, "shortcut");
  EXPECT_THAT(of(placements, "first").reason, ::testing::StartsWith("first_layer = "));
  EXPECT_THAT(of(placements, "shortcut").reason, ::testing::StartsWith("last_layer = "));
}

TEST(StaysDigital, AnOnlyLayerIsTheFirstAndTheLast) {
  using enum LayerPolicy;
  const auto place = [](LayerPolicy first, LayerPolicy last) {
    return place_layers(one_layer(), MacMode::kAnalog, array_with(first, last)).at("only");
  };
  EXPECT_EQ(place(kMapped, kMapped).place, Place::kArray);
  EXPECT_THAT(place(kMapped, kDigitalInteger).reason, ::testing::StartsWith("last_layer = "));
  EXPECT_THAT(place(kDigitalInteger, kMapped).reason, ::testing::StartsWith("first_layer = "));
  EXPECT_THAT(place(kDigitalInteger, kDigitalInteger).reason,
              ::testing::StartsWith("first_layer and last_layer = "));
}

TEST(StaysDigital, LayersWithoutGridsAreRealAndSayWhatIsMissing) {
  Network network = every_operator_on_grids();
  network.quant.erase("conv.weight");
  network.quant.erase("input");
  network.quant.erase("project.weight");
  network.quant.erase("joined");
  for (const MacMode mode : {MacMode::kFloat, MacMode::kLossless, MacMode::kAnalog}) {
    const auto places = place_layers(network, mode, {});
    EXPECT_EQ(places.at("conv").reason, "neither its weights nor its input have an integer grid");
    EXPECT_EQ(places.at("project").reason, "its weights have no integer grid");
    EXPECT_EQ(places.at("last").reason, "its input has no integer grid");
    for (const auto& [layer, own] : places) EXPECT_EQ(own.place, Place::kReal) << layer;
  }
}

TEST(StaysDigital, OperatorsThatMultiplySayWhyTheyAreNotMapped) {
  const Executor executor(every_operator_on_grids(), MacMode::kAnalog);
  const std::vector<Placement> placements = placements_of(executor);
  EXPECT_EQ(of(placements, "up").reason, "transposed convolutions are not mapped");
  EXPECT_EQ(of(placements, "products").op, "mat_mul");
  EXPECT_EQ(of(placements, "products").shape, (Shape{24, 24}));
  EXPECT_EQ(of(placements, "products").reason,
            "an array holds constants, and one operand at least is computed");
  EXPECT_THAT(of(placements, "attention").reason, IsEmpty());
  for (const char* node : {"up", "products", "attention"})
    EXPECT_EQ(of(placements, node).place, Place::kDigital) << node;
}

TEST(StaysDigital, OnlyAnalogModeHasAnArray) {
  for (const auto& [layer, own] : place_layers(small_network(), MacMode::kLossless, {})) {
    EXPECT_EQ(own.place, Place::kIntegers) << layer;
    EXPECT_EQ(own.reason, "lossless mode has no array") << layer;
  }
  for (const auto& [layer, own] : place_layers(small_network(), MacMode::kFloat, {})) {
    EXPECT_EQ(own.place, Place::kReal) << layer;
    EXPECT_EQ(own.reason, "float mode has real numbers alone") << layer;
  }
}

TEST(StaysDigital, EveryNodeBehindTheInputIsExplainedOnce) {
  const Network network = every_operator_on_grids();
  std::vector<std::string> explained;
  for (const Placement& placement : placements_of(Executor(network, MacMode::kAnalog)))
    explained.push_back(placement.node);
  std::vector<std::string> nodes;
  for (const Node& node : network.nodes)
    if (node.name != "input") nodes.push_back(node.name);
  EXPECT_THAT(explained, ::testing::UnorderedElementsAreArray(nodes));
}

}  // namespace
}  // namespace bitline
