#include "bitline/study/fitting_formats.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(FittingFormats, VectorsAndSignalsComeFromNumPyOrSampleFiles) {
  EXPECT_EQ(describe_formats({600}), "data.format numpy or samples, with images [n, 600]");
  EXPECT_EQ(describe_formats({16, 96}), "data.format numpy or samples, with images [n, 16, 96]");
}

TEST(FittingFormats, PublishedSetsFitWhereTheirValuesDo) {
  EXPECT_EQ(
      describe_formats({3, 32, 32}),
      "data.format cifar10, cifar100, image-folder (crop = 32), numpy or samples, with images "
      "[n, 3, 32, 32]");
  EXPECT_EQ(describe_formats({3072}),
            "data.format cifar10, cifar100, numpy or samples, with images [n, 3072]");
  EXPECT_EQ(describe_formats({784}), "data.format mnist, numpy or samples, with images [n, 784]");
}

TEST(FittingFormats, ChannelsLastDoNot) {
  EXPECT_EQ(formats_that_fit({32, 32, 3}),
            (std::vector<DataFormat>{DataFormat::kNumpy, DataFormat::kSamples}));
}

}  // namespace
}  // namespace bitline
