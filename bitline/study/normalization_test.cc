// Whose mean and deviation count: the network's, or those of [data].
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/quantization.h"
#include "bitline/study/search_study.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::TestStudy;
using test::usage_error;
using testing::HasSubstr;

const Normalization kHalf{{0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}};
const Normalization kOther{{0.25F, 0.5F, 0.75F}, {0.5F, 0.5F, 0.5F}};

/// [data] without mean and deviation: CIFAR-10's.
DataConfig nothing_given() {
  DataConfig data;
  data.normalization = {{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}};
  return data;
}

TEST(Normalization, ThatOfTheNetworkCountsWhereTheConfigurationGivesNone) {
  const Dataset images = test::two_classes(2, 5);
  Network network = test::tiny_network();
  const DataConfig data = nothing_given();
  EXPECT_EQ(normalization_of(network, data, images), data.normalization);
  network.normalization = kOther;
  EXPECT_EQ(normalization_of(network, data, images), kOther);
}

TEST(Normalization, OfArraysIsCifarsForColoursAndElseNone) {
  const Dataset images = test::two_classes(2, 5);
  DataConfig data = nothing_given();
  data.format = DataFormat::kNumpy;
  EXPECT_EQ(normalization_of(test::tiny_network(), data, images), data.normalization);
  const Network grey = test::network_with_input({1, 8, 8});
  EXPECT_EQ(normalization_of(grey, data, images), (Normalization{{0.0F}, {1.0F}}));
  data.normalization_is_given = true;
  EXPECT_EQ(normalization_of(grey, data, images), data.normalization);
}

TEST(Normalization, ADisagreementIsRefusedAndBothAreNamed) {
  const TestStudy study;  // its [data] gives kHalf
  const Dataset images = test::two_classes(2, 5);
  Network network = test::tiny_network();
  network.normalization = kHalf;
  EXPECT_EQ(normalization_of(network, study.config().data, images), kHalf);
  network.normalization = kOther;
  const std::string message =
      usage_error([&] { normalization_of(network, study.config().data, images); });
  EXPECT_THAT(message, HasSubstr("mean [0.5, 0.5, 0.5] and deviation [0.25, 0.25, 0.25]"));
  EXPECT_THAT(message, HasSubstr("mean [0.25, 0.5, 0.75] and deviation [0.5, 0.5, 0.5]"));
}

TEST(Normalization, SearchAndEvaluationSeeImagesAsTheNetworkDoes) {
  SilentProgress silent;
  const TestStudy study;
  RunConfig config = study.config();
  config.data.normalization = kOther;
  config.data.normalization_is_given = false;
  Network network = test::tiny_network();
  const Dataset images = test::two_classes(12, 5);
  const auto loss = [&](const Network& subject) {
    return evaluate(subject, MacMode::kLossless, {}, images, config, "", {silent, {}}).score.loss;
  };
  const std::int64_t by_other = loss(network);
  network.normalization = kHalf;
  EXPECT_NE(loss(network), by_other);
  config.data.normalization = kHalf;
  network.normalization.reset();
  const std::int64_t by_half = loss(network);
  config.data.normalization = kOther;
  network.normalization = kHalf;
  EXPECT_EQ(loss(network), by_half);
  EXPECT_EQ(SearchStudy(network, config, images, {silent, {}}).lossless().loss, by_half);
}

TEST(Normalization, AQuantizedNetworkKeepsThatOfTheImagesItWasCalibratedOn) {
  SilentProgress silent;
  const TestStudy study;
  ModelOptions options;
  options.width = 0.25;
  options.classes = 2;
  options.input = {3, 8, 8};
  const Network quantized =
      quantize_network(resnet20(options), test::two_classes(12, 5), study.config(), {silent, {}});
  EXPECT_EQ(quantized.normalization, kHalf);
}

}  // namespace
}  // namespace bitline
