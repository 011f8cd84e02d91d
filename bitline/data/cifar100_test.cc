#include "bitline/data/cifar100.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::message_of;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kRecord = 3074;

class Cifar100 : public FolderTest {
 protected:
  /// Black images of class 0 in both senses, a sparse file.
  std::filesystem::path make_file(const std::string& name, std::int64_t records) const {
    std::filesystem::path path = folder_ / name;
    std::ofstream(path).close();
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(records * kRecord));
    return path;
  }

  static void put(const std::filesystem::path& path, std::int64_t at, int value) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put(static_cast<char>(value));
  }
};

TEST_F(Cifar100, LabelsAreTheFineOnes) {
  const auto path = make_file("test.bin", 10000);
  put(path, 0, 14);  // coarse: people
  put(path, 1, 98);  // fine: woman
  put(path, 2, 200);
  const Dataset data = load_cifar100(folder_, Split::kTest);
  EXPECT_EQ(data.images.shape(), (Shape{10000, 3, 32, 32}));
  EXPECT_EQ(data.classes, 100);
  EXPECT_EQ(data.labels.front(), 98);
  EXPECT_EQ(data.class_names.at(98), "woman");
  EXPECT_EQ(data.image(0)[0], 200);
}

TEST_F(Cifar100, TheTrainingSetIsOneFileInTheUsualFolder) {
  std::filesystem::create_directory(folder_ / "cifar-100-binary");
  put(make_file("cifar-100-binary/train.bin", 50000), 49999 * kRecord + 1, 42);
  const Dataset data = load_cifar100(folder_, Split::kTrain);
  EXPECT_EQ(data.size(), 50000);
  EXPECT_EQ(data.labels.back(), 42);
}

TEST_F(Cifar100, AFileThatIsMissingOrOfAnotherSizeIsNamed) {
  EXPECT_THAT(message_of([&] { load_cifar100(folder_, Split::kTrain); }),
              AllOf(HasSubstr((folder_ / "train.bin").string() + " is missing"),
                    HasSubstr("cifar-100-binary.tar.gz")));
  make_file("test.bin", 9999);
  EXPECT_THAT(
      message_of([&] { load_cifar100(folder_, Split::kTest); }),
      AllOf(HasSubstr("test.bin has 30736926 bytes instead of 30740000"), HasSubstr("truncated")));
}

TEST_F(Cifar100, ALabelOutOfRangeIsNamedWithFileAndRecord) {
  put(make_file("test.bin", 10000), 3 * kRecord + 1, 100);
  EXPECT_THAT(message_of([&] { load_cifar100(folder_, Split::kTest); }),
              AllOf(HasSubstr("test.bin: label 100 of record 3 is outside 0 to 99")));
}

}  // namespace
}  // namespace bitline
