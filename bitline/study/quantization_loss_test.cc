#include "bitline/study/quantization_loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Of 200 images, so many right in float and on the grids.
QuantizationLoss loss_of(std::int64_t real, std::int64_t integers) {
  QuantizationLoss loss;
  loss.real.score = {200, real, 0};
  loss.integers.score = {200, integers, 0};
  return loss;
}

TEST(QuantizationLoss, IsInPoints) {
  EXPECT_EQ(loss_of(180, 177).points(), Rational(3, 2));
  EXPECT_EQ(loss_of(177, 180).points(), Rational(-3, 2));
}

TEST(QuantizationLoss, NeedsNoRemedyUpToAPoint) {
  EXPECT_THAT(remedies(loss_of(180, 178), {}), IsEmpty());
  EXPECT_THAT(remedies(loss_of(180, 177), {}),
              ElementsAre("quantize.weight_scale = \"channel\"", "quantize.bias_correction = true",
                          "quantize.fine_tune = true"));
}

TEST(QuantizationLoss, NamesNoRemedyThatIsSet) {
  QuantizeConfig quantize;
  quantize.grids.weight_scale = ScaleGranularity::kChannel;
  quantize.post_training.correct_bias = true;
  EXPECT_THAT(remedies(loss_of(180, 90), quantize), ElementsAre("quantize.fine_tune = true"));
  quantize.fine_tune = true;
  EXPECT_THAT(remedies(loss_of(180, 90), quantize), IsEmpty());
}

}  // namespace
}  // namespace bitline
