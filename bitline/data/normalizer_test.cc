#include "bitline/data/normalizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;

TEST(Normalizer, MapsTheEndsOfTheScale) {
  // (0 - 0.5) / 0.25 = -2, (1 - 0.5) / 0.25 = 2; the second channel is left as it is.
  const Normalizer normalizer({{0.5F, 0.0F}, {0.25F, 1.0F}});
  const std::vector<std::uint8_t> image{0, 255, 0, 255};
  std::vector<float> out(4);
  normalizer.apply(image, out);
  EXPECT_EQ(out, (std::vector<float>{-2.0F, 2.0F, 0.0F, 1.0F}));
}

TEST(Normalizer, ABatchGivesTheBitsOfItsImages) {
  const Normalizer normalizer({{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}});
  Tensor images(DType::kU8, {5, 3, 7, 11});
  std::uint8_t value = 0;
  for (std::uint8_t& pixel : images.data<std::uint8_t>())
    pixel = value = static_cast<std::uint8_t>(value * 5 + 17);
  const Tensor batch = normalizer.apply(images);
  EXPECT_EQ(batch.shape(), images.shape());
  constexpr std::size_t kImage = std::size_t{3} * 7 * 11;
  for (std::size_t i = 0; i < 5; ++i) {
    std::vector<float> single(kImage);
    normalizer.apply(images.data<std::uint8_t>().subspan(i * kImage, kImage), single);
    const auto part = std::as_const(batch).data<float>().subspan(i * kImage, kImage);
    EXPECT_TRUE(std::equal(single.begin(), single.end(), part.begin())) << "image " << i;
  }
}

TEST(Normalizer, EachChannelUsesItsOwnConstants) {
  const Normalizer normalizer({{0.0F, 1.0F}, {1.0F, 0.5F}});
  Tensor images(DType::kU8, {1, 2, 1, 1});
  images.data<std::uint8_t>()[0] = 51;   // 51 / 255 = 0.2
  images.data<std::uint8_t>()[1] = 204;  // (0.8 - 1) / 0.5 = -0.4
  const Tensor normalized = normalizer.apply(images);
  EXPECT_FLOAT_EQ(normalized.data<float>()[0], 0.2F);
  EXPECT_FLOAT_EQ(normalized.data<float>()[1], -0.4F);
}

TEST(Normalizer, RealPixelsAreNotScaled) {
  // (3 - 1) / 0.5 = 4 and (-1 - 1) / 0.5 = -4
  const std::vector<float> pixels{3.0F, -1.0F};
  const Tensor images = Tensor::of<float>({2, 1, 1, 1}, pixels);
  const Tensor normalized = Normalizer({{1.0F}, {0.5F}}).apply(images);
  EXPECT_EQ(normalized.data<float>()[0], 4.0F);
  EXPECT_EQ(normalized.data<float>()[1], -4.0F);
}

TEST(Normalizer, RefusesConstantsThatCannotBe) {
  EXPECT_THAT(message_of([] {
                Normalizer({{0.5F, 0.5F}, {0.25F}});
              }),
              HasSubstr("2 means and 1 deviations"));
  EXPECT_THROW(Normalizer({{}, {}}), Error);
  EXPECT_THAT(message_of([] {
                Normalizer({{0.5F, 0.5F}, {0.25F, 0.0F}});
              }),
              HasSubstr("channel 1"));
  EXPECT_THROW(Normalizer({{std::numeric_limits<float>::quiet_NaN()}, {1.0F}}), Error);
  EXPECT_THROW(Normalizer({{0.0F}, {std::numeric_limits<float>::infinity()}}), Error);
}

// (x - mean) / deviation: of the signal's channels 1 and 2, (8 - 2) / 2 = 3 and so on.
TEST(Normalizer, SignalsHaveChannelsAndVectorsOneForEachValueOrForAll) {
  const std::vector<float> values{2.0F, 4.0F, 6.0F, 8.0F};
  const auto normalized = [&](const Normalization& normalization, const Shape& shape) {
    const Tensor result = Normalizer(normalization).apply(Tensor::of<float>(shape, values));
    EXPECT_EQ(result.shape(), shape);
    return std::vector<float>(result.data<float>().begin(), result.data<float>().end());
  };
  EXPECT_EQ(normalized({{0.0F, 2.0F}, {1.0F, 2.0F}}, {1, 2, 2}),
            (std::vector<float>{2.0F, 4.0F, 2.0F, 3.0F}));
  EXPECT_EQ(normalized({{2.0F, 4.0F}, {1.0F, 2.0F}}, {2, 2}),
            (std::vector<float>{0.0F, 0.0F, 4.0F, 2.0F}));
  EXPECT_EQ(normalized({{2.0F}, {2.0F}}, {2, 2}), (std::vector<float>{0.0F, 1.0F, 2.0F, 3.0F}));
}

TEST(Normalizer, RefusesImagesOfOtherChannels) {
  const Normalizer normalizer({{0.5F, 0.5F, 0.5F}, {1.0F, 1.0F, 1.0F}});
  EXPECT_THAT(message_of([&] {
                normalizer.apply(Tensor(DType::kU8, {2, 1, 4, 4}));
              }),
              HasSubstr("16 values cannot have 3 channels"));
  const std::vector<std::uint8_t> image(4);
  std::vector<float> out(4);
  EXPECT_THAT(message_of([&] { normalizer.apply(image, out); }),
              HasSubstr("4 values cannot have 3 channels"));
}

}  // namespace
}  // namespace bitline
