#include "bitline/data/cifar10.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "bitline/base/random.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/published_data.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::message_of;
using test::published_data;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kRecord = 3073;

class Cifar10 : public FolderTest {
 protected:
  /// A batch of 10,000 black images of class 0, a sparse file.
  std::filesystem::path make_batch(const std::string& name) const {
    std::filesystem::path path = folder_ / name;
    std::ofstream(path).close();
    std::filesystem::resize_file(path, 10000 * kRecord);
    return path;
  }

  static void put(const std::filesystem::path& path, std::int64_t at, int value) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put(static_cast<char>(value));
  }
};

TEST_F(Cifar10, ReadsLabelsAndPixels) {
  const auto path = make_batch("test_batch.bin");
  put(path, 0, 3);                       // label of the first image
  put(path, 1, 200);                     // its first red pixel
  put(path, 9999 * kRecord, 9);          // label of the last
  put(path, 10000 * kRecord - 1, 0xff);  // its last blue pixel
  const Dataset data = load_cifar10(folder_, Split::kTest);
  EXPECT_EQ(data.images.shape(), (Shape{10000, 3, 32, 32}));
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.class_names.at(3), "cat");
  EXPECT_EQ(data.labels.front(), 3);
  EXPECT_EQ(data.labels.at(1), 0);
  EXPECT_EQ(data.labels.back(), 9);
  EXPECT_EQ(data.image(0)[0], 200);
  EXPECT_EQ(data.image(9999)[3071], 255);
}

TEST_F(Cifar10, TheTrainingSetIsFiveFilesInOrder) {
  for (int i = 1; i <= 5; ++i) put(make_batch(fmt::format("data_batch_{}.bin", i)), 0, i);
  const Dataset data = load_cifar10(folder_, Split::kTrain);
  EXPECT_EQ(data.size(), 50000);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_EQ(data.labels.at(i * 10000), static_cast<std::int32_t>(i + 1));
}

TEST_F(Cifar10, AFolderAroundTheUsualFolderWillDo) {
  std::filesystem::create_directory(folder_ / "cifar-10-batches-bin");
  put(make_batch("cifar-10-batches-bin/test_batch.bin"), 0, 8);
  EXPECT_EQ(load_cifar10(folder_, Split::kTest).labels.front(), 8);
}

TEST_F(Cifar10, AMissingFileIsNamedWithTheRemedy) {
  EXPECT_THAT(message_of([&] { load_cifar10(folder_, Split::kTrain); }),
              AllOf(HasSubstr((folder_ / "data_batch_1.bin").string() + " is missing"),
                    HasSubstr("cifar-10-binary.tar.gz")));
}

TEST_F(Cifar10, ATruncatedOrTooLongFileIsNamedWithBothSizes) {
  const auto path = make_batch("test_batch.bin");
  std::filesystem::resize_file(path, 10000 * kRecord - 1);
  EXPECT_THAT(message_of([&] { load_cifar10(folder_, Split::kTest); }),
              AllOf(HasSubstr(path.string()), HasSubstr("30729999 bytes instead of 30730000"),
                    HasSubstr("truncated")));
  std::filesystem::resize_file(path, 10001 * kRecord);
  EXPECT_THAT(message_of([&] { load_cifar10(folder_, Split::kTest); }), HasSubstr("too long"));
}

TEST_F(Cifar10, ALabelOutOfRangeIsNamedWithItsRecord) {
  const auto path = make_batch("test_batch.bin");
  put(path, 17 * kRecord, 10);
  EXPECT_THAT(message_of([&] { load_cifar10(folder_, Split::kTest); }),
              AllOf(HasSubstr(path.string()), HasSubstr("label 10 of record 17")));
}

TEST_F(Cifar10, AnotherContentFailsTheChecksum) {
  make_batch("test_batch.bin");
  EXPECT_THAT(message_of([&] { load_cifar10(folder_, Split::kTest, true); }),
              AllOf(HasSubstr("test_batch.bin"), HasSubstr("803d5f7f4d78ea53de84dbe85f74fb6d")));
}

TEST_F(Cifar10, RandomBytesAreRefusedOrReadButNeverCrash) {
  const auto path = make_batch("test_batch.bin");
  Random random(1);
  for (int round = 0; round < 8; ++round) {
    // Most of these hit pixels; an odd round also puts any byte where a label stands.
    for (int i = 0; i < 20; ++i)
      put(path, static_cast<std::int64_t>(random.below(10000 * kRecord)),
          static_cast<int>(random.below(256)));
    const auto label = static_cast<int>(round % 2 == 0 ? 0 : random.below(256));
    put(path, static_cast<std::int64_t>(random.below(10000)) * kRecord, label);
    try {
      for (const std::int32_t read : load_cifar10(folder_, Split::kTest).labels) {
        ASSERT_GE(read, 0);
        ASSERT_LE(read, 9);
      }
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("is outside 0 to 9"));
      break;
    }
  }
}

std::vector<std::int64_t> count_classes(const Dataset& data) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.classes));
  for (const std::int32_t label : data.labels) ++counts.at(static_cast<std::size_t>(label));
  return counts;
}

TEST(Cifar10Published, HasItsChecksumsLabelsAndBalance) {
  if (published_data().empty()) GTEST_SKIP() << "set BITLINE_DATA to the folder of the datasets";
  const Dataset train = load_cifar10(published_data(), Split::kTrain, true);
  const Dataset test = load_cifar10(published_data(), Split::kTest, true);
  EXPECT_EQ(count_classes(train), std::vector<std::int64_t>(10, 5000));
  EXPECT_EQ(count_classes(test), std::vector<std::int64_t>(10, 1000));
  EXPECT_EQ(train.class_names.at(static_cast<std::size_t>(train.labels.front())), "frog");
  EXPECT_EQ(test.class_names.at(static_cast<std::size_t>(test.labels.front())), "cat");
}

}  // namespace
}  // namespace bitline
