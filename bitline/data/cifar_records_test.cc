#include "bitline/data/cifar_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;

constexpr std::array<std::int32_t, 1> kOneLabel{10};
constexpr std::array<std::int32_t, 2> kTwoLabels{20, 100};

TEST(CifarRecords, ARecordIsItsLabelThenItsPixels) {
  std::vector<std::byte> bytes(std::size_t{2} * 3073);
  bytes.at(0) = std::byte{7};
  bytes.at(1) = std::byte{200};
  bytes.at(3073) = std::byte{9};
  bytes.at(2 * 3073 - 1) = std::byte{255};
  const Dataset data = parse_cifar(bytes, kOneLabel);
  EXPECT_EQ(data.images.shape(), (Shape{2, 3, 32, 32}));
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{7, 9}));
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.image(0)[0], 200);
  EXPECT_EQ(data.image(1)[3071], 255);
}

TEST(CifarRecords, OfTwoLabelsTheSecondCounts) {
  std::vector<std::byte> bytes(3074);
  bytes.at(0) = std::byte{19};
  bytes.at(1) = std::byte{99};
  bytes.at(2) = std::byte{5};
  const Dataset data = parse_cifar(bytes, kTwoLabels);
  EXPECT_EQ(data.labels.front(), 99);
  EXPECT_EQ(data.classes, 100);
  EXPECT_EQ(data.image(0)[0], 5);
}

TEST(CifarRecords, EachLabelHasItsOwnLimit) {
  std::vector<std::byte> bytes(std::size_t{2} * 3074);
  bytes.at(3074) = std::byte{20};
  EXPECT_THAT(message_of([&] { parse_cifar(bytes, kTwoLabels); }),
              HasSubstr("label 20 of record 1 is outside 0 to 19"));
  bytes.at(3074) = std::byte{0};
  bytes.at(3075) = std::byte{100};
  EXPECT_THAT(message_of([&] { parse_cifar(bytes, kTwoLabels); }),
              HasSubstr("label 100 of record 1 is outside 0 to 99"));
}

TEST(CifarRecords, BytesThatAreNotWholeRecordsAreRefused) {
  EXPECT_THAT(message_of([] { parse_cifar(std::vector<std::byte>(3072), kOneLabel); }),
              HasSubstr("3072 bytes are not whole records of 3073"));
  EXPECT_THAT(message_of([] { parse_cifar({}, kOneLabel); }), HasSubstr("0 bytes"));
}

}  // namespace
}  // namespace bitline
