// Searches on arrays whose columns have a bias of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/runtime/layer_probe.h"
#include "bitline/study/check_ranges.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_study.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::message_of;
using test::TestStudy;

/// What a plan with biased columns loses in the squares of a layer's sums, against none.
double squared_error(const Executor& executor, const AdcPlan& plan, const std::string& layer,
                     const Tensor& images) {
  const std::size_t step = executor.step_of(layer);
  Values values = executor.begin(images);
  executor.run(values, 0, step);
  const LayerProbe probe(executor, step);
  const auto sums = [&](const AdcPlan& own) {
    const PreparedPlan prepared = executor.prepare(own);
    const Tensor integers = probe.sums(values, prepared);
    std::vector<double> real;
    const double unit = prepared.layers.at(layer).adc.unit.to_double();
    for (const std::int64_t sum : integers.data<std::int64_t>())
      real.push_back(static_cast<double>(sum) * unit);
    return real;
  };
  const std::vector<double> exact = sums(lossless_plan(executor));
  const std::vector<double> rough = sums(plan);
  // The mean error of an output channel is a constant.
  const std::int64_t channels = probe.cim_layer().geometry.out_channels;
  const std::int64_t positions = probe.cim_layer().geometry.out_positions();
  double error = 0;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    double sum = 0;
    double square = 0;
    double count = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      if (static_cast<std::int64_t>(i) / positions % channels != channel) continue;
      const double difference = rough[i] - exact[i];
      sum += difference;
      square += difference * difference;
      ++count;
    }
    error += square - sum * sum / count;
  }
  return error;
}

TEST(SearchStudy, ColumnsWithABiasLoseLessOfALayersSums) {
  const TestStudy study;
  RunConfig config = study.config();
  SilentProgress silent;
  const Network network = load_network(config.model);
  const std::string layer = "stage2.block1.conv2";
  const auto error_of = [&](Thresholds thresholds, RangeMethod method, Engine engine) {
    config.array.common.thresholds = thresholds;
    SearchStudy search_study(network, config, {silent, {}});
    const AdcPlan plan = search_study.search(2, method, {}, {silent, {}}).plan;
    EXPECT_EQ(plan.layers.at(layer).spec.column_bias.empty(), thresholds == Thresholds::kLayer);
    EXPECT_EQ(to_json(plan_from_json(to_json(plan))), to_json(plan));
    const Executor executor(network, MacMode::kAnalog, config.array, engine);
    return squared_error(executor, plan, layer,
                         normalized_images(network, search_study.sample(), config.data));
  };
  const double shared = error_of(Thresholds::kLayer, range_methods::kCsnr, Engine::kFused);
  const double own = error_of(Thresholds::kColumn, range_methods::kColumnMse, Engine::kFused);
  EXPECT_LT(own, 0.8 * shared);
  EXPECT_EQ(error_of(Thresholds::kColumn, range_methods::kColumnMse, Engine::kReference), own);
}

TEST(SearchStudy, ASearchTakesTheBiasOfTheFitAndTriesEveryRange) {
  const TestStudy study;
  RunConfig config = study.config("layers = [\"stage2.block1.conv2\"]\n");
  config.array.common.bias_rows = 2;
  SilentProgress silent;
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const auto adc_of = [&](RangeMethod method) {
    return search_study.search(3, method, {}, {silent, {}})
        .plan.layers.at("stage2.block1.conv2")
        .spec;
  };
  const AdcSpec searched = adc_of(range_methods::kLayerWise);
  EXPECT_EQ(searched.column_bias, adc_of(range_methods::kColumnMse).column_bias);
  const auto [least, most] = std::ranges::minmax(searched.column_bias);
  EXPECT_LT(least, most);
  EXPECT_GE(least, -2);
  EXPECT_LE(most, 2);
}

// The array that a plan with a bias was found on has rows for it.
TEST(SearchStudy, ABiasWithoutRowsForItIsRefused) {
  const TestStudy study;
  RunConfig config = study.config();
  config.array.common.thresholds = Thresholds::kColumn;
  SilentProgress silent;
  const Network network = load_network(config.model);
  SearchStudy search_study(network, config, {silent, {}});
  AdcPlan plan = search_study.search(2, range_methods::kColumnMse, {}, {silent, {}}).plan;
  config.array.common.thresholds = Thresholds::kLayer;
  const Executor executor(network, MacMode::kAnalog, config.array);
  EXPECT_THAT(message_of([&] { executor.prepare(plan); }),
              testing::HasSubstr("found on an array with thresholds = column"));
  plan.array.clear();  // its ADCs as they are
  EXPECT_THAT(message_of([&] { executor.prepare(plan); }),
              testing::HasSubstr("with array.bias_rows = 0 and array.thresholds = layer"));
}

TEST(SearchStudy, MethodsAndBiasedColumnsGoTogether) {
  const TestStudy study;
  RunConfig config = study.config();
  const std::vector<std::int64_t> levels{3};
  EXPECT_THAT(message_of([&] { check_ranges(config, range_methods::kColumnMse, levels); }),
              testing::HasSubstr("which not all arrays have"));
  config.array.common.bias_rows = 2;
  EXPECT_NO_THROW(check_ranges(config, range_methods::kColumnMse, levels));
  EXPECT_NO_THROW(check_ranges(config, range_methods::kLayerWise, levels));
  EXPECT_THAT(message_of([&] { check_ranges(config, range_methods::kCsnr, levels); }),
              testing::HasSubstr("knows nothing of the bias"));
}

}  // namespace
}  // namespace bitline
