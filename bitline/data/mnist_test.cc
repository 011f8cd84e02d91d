#include "bitline/data/mnist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "bitline/base/file.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/gzip.h"
#include "bitline/testing/published_data.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::gzip;
using test::message_of;
using test::published_data;
using testing::AllOf;
using testing::HasSubstr;

std::vector<std::byte> bytes_of(const std::vector<int>& values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

// Two images of 1 x 3 pixels, and their labels.
const std::vector<int> kImages{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255};
const std::vector<int> kLabels{0, 0, 8, 1, 0, 0, 0, 2, 7, 9};

TEST(Idx, ReadsExtentsAndBytes) {
  const Tensor images = parse_idx(bytes_of(kImages), 3);
  EXPECT_EQ(images.shape(), (Shape{2, 1, 3}));
  EXPECT_EQ(images.data<std::uint8_t>()[5], 255);
}

TEST(Idx, RefusesEveryTruncationAndAnyByteTooMany) {
  auto bytes = bytes_of(kImages);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(message_of([&] { parse_idx(std::span(bytes).first(size), 3); }),
                HasSubstr("truncated"))
        << size;
  bytes.push_back(std::byte{0});
  EXPECT_THAT(message_of([&] { parse_idx(bytes, 3); }),
              HasSubstr("shape [2, 1, 3] takes 6 bytes, found 7; the file is too long"));
}

TEST(Idx, RefusesAnotherMagicNumber) {
  EXPECT_THAT(message_of([] { parse_idx(bytes_of(kLabels), 3); }), HasSubstr("truncated"));
  EXPECT_THAT(message_of([] { parse_idx(bytes_of(kImages), 1); }),
              HasSubstr("magic number 0x00000803 instead of 0x00000801"));
}

TEST(Idx, RefusesExtentsThatOverflow) {
  std::vector<int> header{0, 0, 8, 3};
  header.insert(header.end(), 12, 0xff);
  EXPECT_THAT(message_of([&] { parse_idx(bytes_of(header), 3); }), HasSubstr("too large"));
}

TEST(Idx, RandomBytesBehindAGoodHeaderAreRefusedOrReadButNeverCrash) {
  const bool held = rc::check([] {
    std::vector<int> file{0, 0, 8, 3};
    for (const auto byte : *rc::gen::arbitrary<std::vector<std::uint8_t>>()) file.push_back(byte);
    try {
      const Tensor images = parse_idx(bytes_of(file), 3);
      RC_ASSERT(static_cast<std::size_t>(images.size()) + 16 == file.size());
    } catch (const Error&) {
      RC_SUCCEED("refused");
    }
  });
  ASSERT_TRUE(held);
}

class Mnist : public FolderTest {
 protected:
  void put(const std::string& name, const std::vector<std::byte>& bytes) const {
    write_file_atomically(folder_ / name, bytes);
  }
};

TEST_F(Mnist, ReadsPlainFiles) {
  put("train-images-idx3-ubyte", bytes_of(kImages));
  put("train-labels-idx1-ubyte", bytes_of(kLabels));
  const Dataset data = load_mnist(folder_, Split::kTrain);
  EXPECT_EQ(data.images.shape(), (Shape{2, 1, 1, 3}));
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{7, 9}));
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.image(1)[2], 255);
}

TEST_F(Mnist, ReadsCompressedFilesFromTheUsualFolder) {
  std::filesystem::create_directory(folder_ / "mnist");
  put("mnist/t10k-images-idx3-ubyte.gz", gzip(bytes_of(kImages)));
  put("mnist/t10k-labels-idx1-ubyte.gz", gzip(bytes_of(kLabels)));
  EXPECT_EQ(load_mnist(folder_, Split::kTest).labels, (std::vector<std::int32_t>{7, 9}));
}

TEST_F(Mnist, AMissingFileIsNamedWithTheRemedy) {
  EXPECT_THAT(message_of([&] { load_mnist(folder_, Split::kTrain); }),
              AllOf(HasSubstr((folder_ / "train-images-idx3-ubyte.gz").string() + " is missing"),
                    HasSubstr("MNIST")));
}

TEST_F(Mnist, DamageIsReportedWithTheFile) {
  auto images = gzip(bytes_of(kImages));
  images.resize(images.size() - 3);
  put("t10k-images-idx3-ubyte.gz", images);
  EXPECT_THAT(message_of([&] { load_mnist(folder_, Split::kTest); }),
              AllOf(HasSubstr("t10k-images-idx3-ubyte.gz: "), HasSubstr("truncated")));
}

TEST_F(Mnist, LabelsThatDoNotFitTheImagesAreRefused) {
  put("t10k-images-idx3-ubyte", bytes_of(kImages));
  put("t10k-labels-idx1-ubyte", bytes_of({0, 0, 8, 1, 0, 0, 0, 1, 7}));
  EXPECT_THAT(message_of([&] { load_mnist(folder_, Split::kTest); }),
              AllOf(HasSubstr("t10k-labels-idx1-ubyte"), HasSubstr("1 labels for 2 images")));
  put("t10k-labels-idx1-ubyte", bytes_of({0, 0, 8, 1, 0, 0, 0, 2, 7, 10}));
  EXPECT_THAT(message_of([&] { load_mnist(folder_, Split::kTest); }),
              HasSubstr("label 10 of image 1 is outside 0 to 9"));
}

TEST_F(Mnist, AnotherContentFailsTheChecksum) {
  put("t10k-images-idx3-ubyte", bytes_of(kImages));
  EXPECT_THAT(message_of([&] { load_mnist(folder_, Split::kTest, true); }),
              AllOf(HasSubstr("t10k-images-idx3-ubyte"), HasSubstr("2646ac647ad5339dbf082846")));
}

std::vector<std::int64_t> count_classes(const Dataset& data) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.classes));
  for (const std::int32_t label : data.labels) ++counts.at(static_cast<std::size_t>(label));
  return counts;
}

TEST(MnistPublished, HasItsChecksumsAndLabels) {
  if (published_data().empty()) GTEST_SKIP() << "set BITLINE_DATA to the folder of the datasets";
  const Dataset train = load_mnist(published_data(), Split::kTrain, true);
  const Dataset test = load_mnist(published_data(), Split::kTest, true);
  EXPECT_EQ(train.images.shape(), (Shape{60000, 1, 28, 28}));
  EXPECT_EQ(test.images.shape(), (Shape{10000, 1, 28, 28}));
  EXPECT_EQ(train.labels.front(), 5);
  EXPECT_EQ(test.labels.front(), 7);
  // The published numbers of zeros, ones, ... nines.
  EXPECT_EQ(count_classes(train), (std::vector<std::int64_t>{5923, 6742, 5958, 6131, 5842, 5421,
                                                             5918, 6265, 5851, 5949}));
  EXPECT_EQ(count_classes(test),
            (std::vector<std::int64_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
}

}  // namespace
}  // namespace bitline
