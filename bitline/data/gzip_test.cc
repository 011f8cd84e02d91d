#include "bitline/data/gzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/gzip.h"

namespace bitline {
namespace {

using test::gzip;
using test::message_of;
using testing::HasSubstr;

constexpr std::size_t kLargest = 1 << 20;

std::vector<std::byte> content(std::size_t size) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::byte>(i * i % 251));
  return bytes;
}

TEST(Gunzip, RestoresTheContent) {
  for (const std::size_t size : {0U, 1U, 65536U, 200000U})
    EXPECT_EQ(gunzip(gzip(content(size)), kLargest), content(size)) << size;
}

TEST(Gunzip, RefusesEveryTruncation) {
  const auto bytes = gzip(content(500));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(message_of([&] { gunzip(std::span(bytes).first(size), kLargest); }),
                HasSubstr("truncated"))
        << size;
}

TEST(Gunzip, RefusesAChangedByteInTheChecksum) {
  auto bytes = gzip(content(500));
  bytes.at(bytes.size() - 8) ^= std::byte{1};
  EXPECT_THAT(message_of([&] { gunzip(bytes, kLargest); }), HasSubstr("damaged"));
}

TEST(Gunzip, RefusesWhatIsNotGzipOrGoesOnBehindTheEnd) {
  EXPECT_THAT(message_of([] { gunzip(content(500), kLargest); }), HasSubstr("damaged"));
  auto bytes = gzip(content(500));
  bytes.push_back(std::byte{0});
  EXPECT_THAT(message_of([&] { gunzip(bytes, kLargest); }), HasSubstr("1 bytes follow"));
}

TEST(Gunzip, StopsAtItsLimit) {
  EXPECT_EQ(gunzip(gzip(content(1000)), 1000).size(), 1000U);
  EXPECT_THAT(message_of([] { gunzip(gzip(content(1001)), 1000); }),
              HasSubstr("beyond the 1000 bytes"));
}

TEST(Gunzip, DamagedBytesAreRefusedOrReadButNeverCrash) {
  const auto good = gzip(content(500));
  const bool held = rc::check([&good] {
    auto bytes = good;
    for (const auto at : *rc::gen::container<std::vector<std::size_t>>(
             rc::gen::inRange<std::size_t>(0, good.size())))
      bytes[at] = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
    try {
      RC_ASSERT(gunzip(bytes, kLargest).size() <= kLargest);
    } catch (const Error&) {
      RC_SUCCEED("refused");
    }
  });
  ASSERT_TRUE(held);
}

}  // namespace
}  // namespace bitline
