#include "bitline/data/image_folder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "bitline/base/file.h"
#include "bitline/base/parallel.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/pictures.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::expect_error;
using test::FolderTest;
using test::message_of;
using test::png_file;
using test::StopAfter;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

class ImageFolderTest : public FolderTest {
 protected:
  /// A grey picture of 4 x 4 pixels.
  void put(const std::string& file, char value) const {
    const std::filesystem::path path = folder_ / file;
    std::filesystem::create_directories(path.parent_path());
    write_file_atomically(path, png_file({4, 4, 8, 0}, std::vector(4, std::string(4, value))));
  }

  static Dataset load_all(const ImageFolder& listing, const ImageGeometry& geometry) {
    std::vector<std::int64_t> all(listing.files.size());
    std::iota(all.begin(), all.end(), 0);
    SilentProgress silent;
    return load_images(listing, all, geometry, {silent, {}});
  }

  std::string refusal_of(Split split) const {
    return message_of([&] { list_image_folder(folder_, split); });
  }
};

TEST_F(ImageFolderTest, ClassesAreTheSortedFolders) {
  put("train/dog/1.png", 40);
  put("train/cat/1.png", 20);
  put("train/cat/2.PNG", 21);
  put("train/bee/1.jpeg", 10);
  const ImageFolder listing = list_image_folder(folder_, Split::kTrain);
  EXPECT_THAT(listing.class_names, ElementsAre("bee", "cat", "dog"));
  const Dataset data = load_all(listing, {4, 2});
  EXPECT_EQ(data.images.shape(), (Shape{4, 3, 2, 2}));
  EXPECT_EQ(data.classes, 3);
  std::vector<std::pair<int, int>> pairs;  // label, first pixel
  for (std::int64_t i = 0; i < 4; ++i)
    pairs.emplace_back(data.labels.at(static_cast<std::size_t>(i)), data.image(i)[0]);
  EXPECT_THAT(pairs, testing::UnorderedElementsAre(std::pair(0, 10), std::pair(1, 20),
                                                   std::pair(1, 21), std::pair(2, 40)));
}

TEST_F(ImageFolderTest, ASelectionIsReadInItsOrder) {
  for (int i = 0; i < 9; ++i) put(fmt::format("train/a/{}.png", i), static_cast<char>(i));
  const ImageFolder listing = list_image_folder(folder_, Split::kTrain);
  const std::vector<std::int64_t> indices{5, 2};
  SilentProgress silent;
  const Dataset part = load_images(listing, indices, {4, 4}, {silent, {}});
  const Dataset all = load_all(listing, {4, 4});
  EXPECT_EQ(part.size(), 2);
  EXPECT_EQ(part.image(0)[0], all.image(5)[0]);
  EXPECT_EQ(part.image(1)[0], all.image(2)[0]);
}

TEST_F(ImageFolderTest, TheLastImagesAreNotAllOfOneClass) {
  for (int i = 0; i < 20; ++i) {
    put(fmt::format("train/a/{}.png", i), 1);
    put(fmt::format("train/b/{}.png", i), 2);
  }
  const ImageFolder listing = list_image_folder(folder_, Split::kTrain);
  const std::vector<std::int32_t> last(listing.labels.end() - 20, listing.labels.end());
  EXPECT_THAT(last, IsSupersetOf({0, 1}));
  EXPECT_EQ(list_image_folder(folder_, Split::kTrain).files, listing.files);
}

TEST_F(ImageFolderTest, TestImagesAreInTestOrVal) {
  put("train/a/1.png", 1);
  put("train/b/1.png", 1);
  EXPECT_THAT(refusal_of(Split::kTest), HasSubstr("holds neither test/ nor val/"));
  put("val/b/1.png", 2);
  EXPECT_THAT(list_image_folder(folder_, Split::kTest).labels, ElementsAre(1));
  put("test/a/1.png", 3);
  EXPECT_THAT(list_image_folder(folder_, Split::kTest).labels, ElementsAre(0));
}

TEST_F(ImageFolderTest, AClassOfTheTestSetAloneIsRefused) {
  put("train/a/1.png", 1);
  put("test/b/1.png", 1);
  EXPECT_THAT(refusal_of(Split::kTest),
              AllOf(HasSubstr((folder_ / "test/b").string()), HasSubstr("no such class in")));
}

TEST_F(ImageFolderTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(refusal_of(Split::kTrain), HasSubstr((folder_ / "train").string()));
  std::filesystem::create_directories(folder_ / "train");
  EXPECT_THAT(refusal_of(Split::kTrain), HasSubstr("train holds no folders"));
  put("train/a/1.txt", 1);
  EXPECT_THAT(refusal_of(Split::kTrain), HasSubstr("train/a holds no .png, .jpg or .jpeg"));
}

TEST_F(ImageFolderTest, APictureThatCannotBeDecodedIsNamed) {
  put("train/a/1.png", 1);
  write_file_atomically(folder_ / "train/a/2.jpg", std::string_view("no picture"));
  const ImageFolder listing = list_image_folder(folder_, Split::kTrain);
  EXPECT_THAT(message_of([&] {
                load_all(listing, {4, 4});
              }),
              HasSubstr((folder_ / "train/a/2.jpg").string() + ": neither a PNG nor a JPEG"));
}

TEST_F(ImageFolderTest, MoreThanTheMemoryIsRefusedBeforeAnyFileIsRead) {
  // 3 x 16384 x 16384 bytes each, 800 TB in all
  const std::vector<std::int64_t> indices(1000000, 0);
  const ImageFolder listing{{"absent"}, {0}, {"a"}};
  SilentProgress silent;
  EXPECT_THAT(message_of([&] {
                load_images(listing, indices, {16384, 16384}, {silent, {}});
              }),
              AllOf(HasSubstr("1000000 images of 16384 x 16384 pixels take 768000000 MB"),
                    HasSubstr("crop")));
}

TEST_F(ImageFolderTest, ARequestToStopLetsThePicturesAtHandEnd) {
  for (int i = 0; i < 40; ++i) put(fmt::format("train/a/{}.png", i), 1);
  const ImageFolder listing = list_image_folder(folder_, Split::kTrain);
  std::vector<std::int64_t> all(40);
  std::iota(all.begin(), all.end(), 0);
  const int before = thread_count();
  for (const int threads : {1, 4}) {
    set_thread_count(threads);
    Cancellation cancellation;
    StopAfter stop(cancellation, 3);
    expect_error(ErrorKind::kInterrupted, "stopped on request", [&] {
      load_images(listing, all, {4, 4}, {stop, cancellation});
    });
    EXPECT_LT(stop.seen(), 3 + threads);
  }
  set_thread_count(before);
}

TEST_F(ImageFolderTest, ThreadsChangeNothing) {
  for (int i = 0; i < 9; ++i) put(fmt::format("train/a/{}.png", i), static_cast<char>(9 * i));
  const ImageFolder listing = list_image_folder(folder_, Split::kTrain);
  const int before = thread_count();
  set_thread_count(4);
  const Dataset four = load_all(listing, {4, 3});
  set_thread_count(1);
  const Dataset one = load_all(listing, {4, 3});
  set_thread_count(before);
  EXPECT_TRUE(std::ranges::equal(four.images.bytes(), one.images.bytes()));
  EXPECT_EQ(four.labels, one.labels);
}

}  // namespace
}  // namespace bitline
