#include "bitline/library/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_study.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::TestStudy;
using test::usage_error;
using testing::AllOf;
using testing::HasSubstr;

/// What the configuration of a TestStudy says.
ArraySpec sixteen_rows() {
  ArraySpec array;
  array.rows = 16;
  return array;
}

StudyOptions halves() {
  StudyOptions options;
  options.normalization = {{0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}};
  return options;
}

Study study_of(const StudyOptions& options = halves(),
               const Dataset& images = test::two_classes(12, 5)) {
  return {test::tiny_network(), sixteen_rows(), images, options};
}

TEST(Study, FindsThePlansOfTheProgram) {
  SilentProgress silent;
  const TestStudy files;
  SearchStudy program(test::tiny_network(), files.config(), {silent, {}});
  Study study = study_of();
  EXPECT_EQ(study.lossless(), program.lossless());
  for (const RangeMethod method :
       {RangeMethod(range_methods::kLayerWise), RangeMethod(range_methods::kMse)}) {
    const SearchResult expected = program.search(3, method, {}, {silent, {}});
    const SearchResult found = study.search(3, method);
    EXPECT_EQ(to_json(found.plan), to_json(expected.plan));
    EXPECT_EQ(found.score, expected.score);
    EXPECT_EQ(found.images_measured, expected.images_measured);
  }
}

TEST(Study, OptionsReachTheSearch) {
  StudyOptions options = halves();
  options.adc.quantizer = quantizers::kZeroRise;
  options.objective = Objective::kLoss;
  options.delta_step = Rational(3);
  options.layers = {study_of().layouts().at(2).name};
  const SearchResult found = study_of(options).search(4);
  ASSERT_EQ(found.plan.layers.size(), 1U);
  const auto& [layer, adc] = *found.plan.layers.begin();
  EXPECT_EQ(layer, options.layers.front());
  EXPECT_EQ(adc.spec.quantizer, options.adc.quantizer);
  for (const CurvePoint& point : found.curves.at(0).points)
    EXPECT_EQ((point.delta / 3).denominator(), 1) << to_string(point.delta);
}

TEST(Study, EvaluatesAndRecalibratesOnTheImagesThatItIsGiven) {
  SilentProgress silent;
  const TestStudy files;
  const Network network = test::tiny_network();
  const Dataset others = test::two_classes(20, 9);
  Study study = study_of();
  const AdcPlan plan = study.search(3).plan;
  EXPECT_EQ(study.evaluate(plan, others).loss,
            evaluate(network, MacMode::kAnalog, plan, others, files.config(), "", {silent, {}})
                .score.loss);
  EXPECT_EQ(content_hash(study.recalibrated(plan)),
            content_hash(recalibrated(network, plan, test::two_classes(12, 5), files.config(),
                                      {silent, {}})));
}

TEST(Study, LayoutsAreThoseOfTheArray) {
  // ResNet-20 has 21 layers and two shortcuts with weights here; first and last stay digital. The
  // first layer on the array has 4 channels of 3 × 3: 36 inputs, three tiles of 16 rows.
  const std::vector<LayerLayout> layouts = study_of().layouts();
  ASSERT_FALSE(layouts.empty());
  EXPECT_EQ(layouts.front().fan_in, 36);
  EXPECT_EQ(layouts.front().tiles, 3);
}

TEST(Study, SingleLayersHaveArraysAndAdcsOfTheirOwn) {
  const std::string layer = study_of().layouts().at(0).name;
  NetworkArrays arrays = sixteen_rows();
  arrays.layers[layer].array.rows = 64;
  StudyOptions options = halves();
  options.layer_adcs[layer].quantizer = quantizers::kZeroRise;
  Study study(test::tiny_network(), arrays, test::two_classes(12, 5), options);
  EXPECT_EQ(study.layouts().at(0).tiles, 1);  // 36 inputs
  EXPECT_EQ(study.layouts().at(1).tiles, 3);
  const AdcPlan plan = study.search(4, range_methods::kThreeSigma).plan;
  EXPECT_EQ(plan.layers.at(layer).spec.quantizer, quantizers::kZeroRise);
  EXPECT_EQ(plan.layer_arrays.at(layer).at("active_rows"), "64");
  EXPECT_EQ(plan.layer_arrays.size(), 1U);
}

TEST(StudyRefuses, AnArrayOfALayerThatIsNotThere) {
  NetworkArrays arrays = sixteen_rows();
  arrays.layers["conv99"].array.rows = 64;
  EXPECT_THAT(
      usage_error([&] { Study(test::tiny_network(), arrays, test::two_classes(12, 5), halves()); }),
      HasSubstr("array.layers: network 'resnet20' has no layer 'conv99'"));
  arrays.layers.clear();
  arrays.layers["conv1"].array.rows = 0;
  EXPECT_THAT(
      usage_error([&] { Study(test::tiny_network(), arrays, test::two_classes(12, 5), halves()); }),
      HasSubstr("layer conv1: array: rows = 0"));
}

TEST(StudyRefuses, ANormalizationThatNobodyGives) {
  EXPECT_THAT(usage_error([] { study_of({}); }), AllOf(HasSubstr("network 'resnet20' does not say"),
                                                       HasSubstr("StudyOptions::normalization")));
}

TEST(StudyRefuses, ANormalizationThatIsNotTheNetworks) {
  Network network = test::tiny_network();
  network.normalization = {{0.25F, 0.5F, 0.75F}, {0.5F, 0.5F, 0.5F}};
  EXPECT_THAT(
      usage_error([&] { Study(network, sixteen_rows(), test::two_classes(12, 5), halves()); }),
      AllOf(HasSubstr("mean [0.5, 0.5, 0.5]"), HasSubstr("mean [0.25, 0.5, 0.75]")));
}

TEST(StudyRefuses, ImagesThatDoNotFit) {
  Dataset smaller = test::two_classes(12, 5);
  smaller.images = smaller.images.reshaped({12, 3, 4, 16});
  EXPECT_THAT(usage_error([&] { study_of(halves(), smaller); }),
              AllOf(HasSubstr("[3, 4, 16]"), HasSubstr("[3, 8, 8]")));

  Dataset integers = test::two_classes(12, 5);
  integers.images = Tensor(DType::kI32, {12, 3, 8, 8});
  EXPECT_THAT(test::message_of([&] { study_of(halves(), integers); }), HasSubstr("I32"));

  Dataset reals = test::two_classes(12, 5);
  reals.images = Tensor(DType::kF32, {12, 3, 8, 8});
  reals.images.data<float>()[200] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(test::message_of([&] { study_of(halves(), reals); }), HasSubstr("image 1"));

  Dataset classes = test::two_classes(12, 5);
  classes.classes = 3;
  EXPECT_THAT(usage_error([&] { study_of(halves(), classes); }), HasSubstr("3 classes"));
}

TEST(StudyRefuses, AnArrayThatCannotBe) {
  ArraySpec array;
  array.cell_bits = 5;
  EXPECT_THAT(
      usage_error([&] { Study(test::tiny_network(), array, test::two_classes(12, 5), halves()); }),
      HasSubstr("cell_bits"));
}

TEST(StudyRefuses, APlanOfAnotherArray) {
  const AdcPlan plan = study_of().search(3).plan;
  ArraySpec array = sixteen_rows();
  array.rows = 32;
  const Study other(test::tiny_network(), array, test::two_classes(12, 5), halves());
  EXPECT_THAT(test::message_of([&] { other.evaluate(plan, test::two_classes(12, 5)); }),
              HasSubstr("rows"));
}

TEST(Study, StopsWhereItIsAskedTo) {
  Cancellation stop;
  StudyOptions options = halves();
  options.cancellation = &stop;
  Study study = study_of(options);
  stop.request();
  test::expect_error(ErrorKind::kInterrupted, "stopped", [&] { study.search(3); });
}

}  // namespace
}  // namespace bitline
