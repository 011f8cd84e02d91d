// The network and the images that ship: what holds on random layers holds there too.
#include <gtest/gtest.h>

#include "bitline/base/parallel.h"
#include "bitline/data/sample_file.h"
#include "bitline/graph/network_file.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_study.h"
#include "bitline/study/speed.h"
#include "bitline/testing/engines.h"

namespace bitline {
namespace {

const std::filesystem::path kAssets = BITLINE_ASSETS;

struct Mapping {
  const char* name;
  ArraySpec array;

  friend void PrintTo(const Mapping& mapping, std::ostream* stream) { *stream << mapping.name; }
};

const Network& shipped_network() {
  static const Network network = read_network(kAssets / "resnet20-w4a4.safetensors");
  return network;
}

/// Images as the examples normalise them.
const Tensor& thousand_images() {
  static const Tensor images = [] {
    DataConfig data;
    data.normalization = {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
    return normalized_images(shipped_network(),
                             load_samples(kAssets / "cifar10-test.safetensors").data, data);
  }();
  return images;
}

std::vector<std::int64_t> indices(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = first; i < last; ++i) all.push_back(i);
  return all;
}

/// Logits of the images [first, last), `batch` at once.
std::vector<float> logits(const Executor& executor, const PreparedPlan& plan, std::int64_t first,
                          std::int64_t last, std::int64_t batch) {
  std::vector<float> all;
  for (; first < last; first += batch) {
    const Value images =
        gather(Value{thousand_images()}, indices(first, std::min(first + batch, last)));
    const Tensor part = executor.logits(images.data, plan);
    all.insert(all.end(), part.data<float>().begin(), part.data<float>().end());
  }
  return all;
}

const std::vector<float>& integer_convolution() {
  static const std::vector<float> result =
      logits(Executor(shipped_network(), MacMode::kLossless), {}, 0, 1000, 100);
  return result;
}

class RealNetwork : public ::testing::TestWithParam<Mapping> {};

TEST_P(RealNetwork, LosslessAnalogIsTheIntegerConvolutionOnAThousandImages) {
  ASSERT_EQ(thousand_images().dim(0), 1000);
  const Executor executor(shipped_network(), MacMode::kAnalog, GetParam().array);
  const AdcPlan plan = lossless_plan(executor);
  EXPECT_EQ(plan.layers.size(), GetParam().array.first_layer == LayerPolicy::kMapped ? 22U : 20U);
  EXPECT_EQ(logits(executor, executor.prepare(plan), 0, 1000, 100), integer_convolution());
}

INSTANTIATE_TEST_SUITE_P(
    , RealNetwork,
    ::testing::Values(
        Mapping{"differential", {}},
        Mapping{"differential_digital",
                {.cell_bits = 2, .dac_bits = 2, .subtract = Subtract::kDigital}},
        Mapping{
            "differential_whole_channels",
            {.rows = 64, .row_order = RowOrder::kWholeChannels, .tile_cut = TileCut::kBalanced}},
        Mapping{
            "differential_all_layers",
            {.rows = 256, .first_layer = LayerPolicy::kMapped, .last_layer = LayerPolicy::kMapped}},
        Mapping{"twos_complement",
                {.encoding = encodings::kTwosComplement, .row_order = RowOrder::kKernelMajor}},
        Mapping{"twos_complement_complemented",
                {.cell_bits = 2,
                 .encoding = encodings::kTwosComplement,
                 .column_flip = ColumnFlip::kComplement}},
        Mapping{"differential_negated", {.column_flip = ColumnFlip::kSign}},
        Mapping{"offset", {.cell_bits = 3, .encoding = encodings::kOffset}},
        Mapping{"offset_digital",
                {.active_rows = 32,
                 .dac_bits = 4,
                 .encoding = encodings::kOffset,
                 .offset_removal = OffsetRemoval::kDigital}},
        Mapping{"bipolar", {.encoding = encodings::kBipolar, .tile_cut = TileCut::kBalanced}}),
    [](const auto& one) { return one.param.name; });

/// A plan that loses much, so that every code matters.
AdcPlan coarse_plan(const Executor& executor) {
  AdcPlan plan = lossless_plan(executor);
  for (auto& [name, planned] : plan.layers) {
    planned.spec.quantizer = quantizers::kZeroTread;
    planned.spec.levels = 5;
    planned.spec.delta = 6;
  }
  return plan;
}

TEST(RealNetworkUnderAPlan, BatchSizeAndThreadsChangeNothing) {
  const Executor executor(shipped_network(), MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(coarse_plan(executor));
  const std::vector<float> expected = logits(executor, plan, 0, 1000, 100);
  EXPECT_NE(expected, integer_convolution());
  EXPECT_EQ(logits(executor, plan, 0, 1000, 333), expected);
  EXPECT_EQ(logits(executor, plan, 0, 100, 1),
            std::vector<float>(expected.begin(), expected.begin() + 1000));
  const int threads = thread_count();
  for (const int other : {1, 3}) {
    set_thread_count(other);
    EXPECT_EQ(logits(executor, plan, 0, 1000, 50), expected) << other << " threads";
  }
  set_thread_count(threads);
}

TEST(RealNetworkUnderAPlan, EveryEngineGivesTheSame) {
  const Executor fused(shipped_network(), MacMode::kAnalog);
  const AdcPlan plan = coarse_plan(fused);
  const std::vector<float> expected = logits(fused, fused.prepare(plan), 0, 10, 10);
  for (const Engine engine : test::engines()) {
    const Executor other(shipped_network(), MacMode::kAnalog, {}, engine);
    EXPECT_EQ(logits(other, other.prepare(plan), 0, 10, 10), expected);
  }
}

/// The hash of all integer outputs under a plan. A commit that means to compute other numbers, or
/// ships another network, changes it here; any other commit must not.
constexpr const char* kSignature =
    "fbd32e96aff6ef3539e67496e85d645fb9d6f5479f5f3871df7e48f312679a44";

TEST(RealNetworkUnderAPlan, OutputsHaveTheSignatureThatTheyHad) {
  const Executor executor(shipped_network(), MacMode::kAnalog);
  const PreparedPlan plan = executor.prepare(coarse_plan(executor));
  SilentProgress silent;
  EXPECT_EQ(output_signature(executor, plan, thousand_images().slice(0, 8), silent), kSignature);
}

/// The shipped network, four search images of each class.
RunConfig search_config(const Rational& delta_step, bool full) {
  RunConfig config;
  config.data.format = DataFormat::kSamples;
  config.data.search_file = kAssets / "cifar10-search.safetensors";
  config.data.images_per_class = 4;
  config.data.normalization = {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
  config.search.options.delta_step = delta_step;
  config.search.options.full = full;
  return config;
}

void expect_pruned_equals_full(RangeMethod method, const Rational& delta_step) {
  SilentProgress silent;
  SearchStudy pruned_study(shipped_network(), search_config(delta_step, false), {silent, {}});
  SearchStudy full_study(shipped_network(), search_config(delta_step, true), {silent, {}});
  const SearchResult pruned = pruned_study.search(4, method, {}, {silent, {}});
  const SearchResult full = full_study.search(4, method, {}, {silent, {}});
  EXPECT_EQ(pruned.plan, full.plan);
  EXPECT_EQ(pruned.score, full.score);
  EXPECT_EQ(full.images_measured, full.images_in_full);
  EXPECT_LT(pruned.images_measured, full.images_measured);
}

TEST(RealNetworkSearch, WhatIsDroppedChangesNothingNetworkWise) {
  expect_pruned_equals_full(range_methods::kNetworkWise, 1);
}

// Every eighth δ: each of the 20 layers has a search of its own.
TEST(RealNetworkSearch, WhatIsDroppedChangesNothingLayerWise) {
  expect_pruned_equals_full(range_methods::kLayerWise, 8);
}

}  // namespace
}  // namespace bitline
