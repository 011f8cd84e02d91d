// Whose mean and deviation count: the network's, or those of [data].
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/study/assumptions.h"
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
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

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
  data.mean_is_given = true;
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

std::string refusal(const Network& network, const DataConfig& data, const Dataset& images) {
  return usage_error([&] { normalization_of(network, data, images); });
}

// 127.5 / 255 = 0.5, and 63.75 / 255 = 0.25.
TEST(Normalization, OfBytesIsRefusedWhereItIsFor0To255AndSaysWhatWasMeant) {
  const Dataset images = test::two_classes(2, 5);
  const Network network = test::tiny_network();
  DataConfig data = nothing_given();
  data.mean_is_given = data.deviation_is_given = true;
  data.normalization = {{127.5F, 51.0F, 255.0F}, {63.75F, 63.75F, 51.0F}};
  EXPECT_THAT(refusal(network, data, images),
              AllOf(HasSubstr("data.mean = [127.5, 51, 255]"),
                    HasSubstr("mean = [0.5, 0.2, 1], deviation = [0.25, 0.25, 0.2]")));
  data.normalization = {{127.5F}, {1.0F}};  // values of −127.5 … 127.5
  EXPECT_THAT(refusal(network, data, images), HasSubstr("mean = [0.5], deviation = [0.003922]"));
  data.normalization = {{127.5F}, {0.25F}};
  EXPECT_THAT(refusal(network, data, images), HasSubstr("mean = [0.5], deviation = [0.25]"));
  data.normalization = {{0.0F}, {255.0F}};
  EXPECT_THAT(refusal(network, data, images),
              AllOf(HasSubstr("data.deviation = [255]"), HasSubstr("mean = [0], deviation = [1]")));
}

TEST(Normalization, UpTo1OrOfRealPixelsIsTaken) {
  Dataset images = test::two_classes(2, 5);
  const Network network = test::tiny_network();
  DataConfig data = nothing_given();
  data.mean_is_given = data.deviation_is_given = true;
  for (const Normalization& bytes :
       {Normalization{{1.0F}, {1.0F}}, Normalization{{-1.0F}, {1.0F / 255}}}) {
    data.normalization = bytes;
    EXPECT_EQ(normalization_of(network, data, images), bytes);
  }
  data.normalization = {{123.7F}, {58.0F}};
  images.images = Tensor(DType::kF32, {2, 3, 8, 8});
  EXPECT_EQ(normalization_of(network, data, images), data.normalization);
}

TEST(Normalization, OfANetworkThatSawRealPixelsIsRefusedForBytesAndTheNetworkIsNamed) {
  Network network = test::tiny_network();
  network.normalization = {{123.7F}, {58.0F}};
  EXPECT_THAT(refusal(network, nothing_given(), test::two_classes(2, 5)),
              HasSubstr("(of network '" + network.name + "')"));
}

TEST(Normalization, WhatIsTakenWithoutBeingAskedForIsNamed) {
  Network network = test::tiny_network();
  DataConfig data = nothing_given();
  EXPECT_THAT(assumptions(network, data),
              ElementsAre(AllOf(HasSubstr("data.mean = [0.4914, 0.4822, 0.4465]"),
                                HasSubstr("data.deviation = [0.247, 0.2435, 0.2616]"),
                                HasSubstr("as usual for cifar10"))));
  data.mean_is_given = true;
  EXPECT_THAT(assumptions(network, data),
              ElementsAre(AllOf(Not(HasSubstr("data.mean")), HasSubstr("data.deviation"))));
  data.deviation_is_given = true;
  EXPECT_THAT(assumptions(network, data), IsEmpty());
  data = nothing_given();
  network.normalization = kOther;
  EXPECT_THAT(assumptions(network, data), IsEmpty());
}

TEST(Normalization, WhatIsTakenOfPicturesAndArraysIsNamed) {
  DataConfig data = nothing_given();
  data.format = DataFormat::kNumpy;
  EXPECT_THAT(assumptions(test::network_with_input({1, 8, 8}), data),
              ElementsAre(StartsWith("data.mean = [0] and data.deviation = [1], since nothing")));
  data.format = DataFormat::kImageFolder;
  data.mean_is_given = data.deviation_is_given = true;
  EXPECT_THAT(assumptions(test::tiny_network(), data),
              ElementsAre(StartsWith("data.resize = 256 and data.crop = 224")));
  data.geometry_is_given = true;
  EXPECT_THAT(assumptions(test::tiny_network(), data), IsEmpty());
}

TEST(Normalization, SearchAndEvaluationSeeImagesAsTheNetworkDoes) {
  SilentProgress silent;
  const TestStudy study;
  RunConfig config = study.config();
  config.data.normalization = kOther;
  config.data.mean_is_given = config.data.deviation_is_given = false;
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
