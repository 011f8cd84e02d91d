#include "bitline/base/zip_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include "bitline/base/error.h"
#include "bitline/base/random.h"
#include "bitline/base/zip_writer.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kEnough = 1000;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> two_members() {
  const std::vector<ZipMember> members{{"a.txt", bytes_of("first")}, {"b.txt", bytes_of("")}};
  return zip_archive(members);
}

/// 100,000 zeros, deflated: about 120 bytes.
std::vector<std::byte> deflated_zeros() {
  const std::vector<std::byte> zeros(100000);
  zip_source_t* file = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(file);
  zip_t* archive = zip_open_from_source(file, ZIP_TRUNCATE, nullptr);
  zip_source_t* content = zip_source_buffer(archive, zeros.data(), zeros.size(), 0);
  const zip_int64_t index = zip_file_add(archive, "zeros", content, 0);
  zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 9);
  EXPECT_EQ(zip_close(archive), 0);
  zip_stat_t info;
  zip_source_stat(file, &info);
  std::vector<std::byte> bytes(info.size);
  zip_source_open(file);
  zip_source_read(file, bytes.data(), bytes.size());
  zip_source_free(file);
  return bytes;
}

TEST(ZipReader, GivesTheMembersByName) {
  const std::vector<std::byte> bytes = two_members();
  const ZipReader archive(bytes);
  EXPECT_THAT(archive.names(), ElementsAre("a.txt", "b.txt"));
  EXPECT_EQ(archive.read("a.txt", kEnough), bytes_of("first"));
  EXPECT_TRUE(archive.read("b.txt", kEnough).empty());
  EXPECT_TRUE(archive.has("b.txt"));
  EXPECT_FALSE(archive.has("c.txt"));
}

TEST(ZipReader, ReadsDeflatedMembers) {
  const std::vector<std::byte> bytes = deflated_zeros();
  EXPECT_LT(bytes.size(), 1000U);
  EXPECT_EQ(ZipReader(bytes).read("zeros", 100000), std::vector<std::byte>(100000));
}

TEST(ZipReader, AMissingMemberIsNamedWithThoseThatAreThere) {
  const std::vector<std::byte> bytes = two_members();
  EXPECT_THAT(message_of([&] { ZipReader(bytes).read("c.txt", kEnough); }),
              HasSubstr("there is no 'c.txt'; it holds a.txt, b.txt"));
}

TEST(ZipReader, AMemberThatIsTooLargeIsRefusedBeforeItIsRead) {
  const std::vector<std::byte> bytes = deflated_zeros();
  EXPECT_THAT(message_of([&] { ZipReader(bytes).read("zeros", 99999); }),
              HasSubstr("zeros: 100000 bytes are more than the 99999"));
}

TEST(ZipReader, ASizeThatNoCompressionReachesIsRefused) {
  std::vector<std::byte> bytes = two_members();
  // Before "a.txt" stand its compressed size, its size and the length of its name, all 5, first in
  // a header of its own and again in the directory. Its size becomes 2^24 + 5.
  const std::vector<std::byte> size{std::byte{5}, std::byte{}, std::byte{}, std::byte{}};
  auto place = bytes.begin();
  for (int found = 0; found < 5; ++found, ++place) {
    place = std::search(place, bytes.end(), size.begin(), size.end());
    ASSERT_NE(place, bytes.end());
    if (found == 1 || found == 4) *(place + 3) = std::byte{1};
  }
  EXPECT_THAT(message_of([&] { ZipReader(bytes).read("a.txt", std::size_t{1} << 30); }),
              AllOf(HasSubstr("a.txt: "), HasSubstr("damaged")));
}

TEST(ZipReader, AChangedByteFailsTheChecksum) {
  std::vector<std::byte> bytes = two_members();
  const std::vector<std::byte> content = bytes_of("first");
  *std::search(bytes.begin(), bytes.end(), content.begin(), content.end()) = std::byte{'F'};
  EXPECT_THAT(message_of([&] { ZipReader(bytes).read("a.txt", kEnough); }),
              AllOf(HasSubstr("a.txt: it is damaged"), HasSubstr("CRC")));
}

TEST(ZipReader, WhatIsNoArchiveIsRefused) {
  EXPECT_THAT(message_of([] { const ZipReader archive(bytes_of("no archive at all")); }),
              HasSubstr("not a ZIP archive"));
  EXPECT_THAT(message_of([] { ZipReader({}).read("a", kEnough); }), HasSubstr("it holds nothing"));
}

TEST(ZipReader, DamageIsRefusedOrReadButNeverCrashes) {
  const std::vector<std::byte> good = deflated_zeros();
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> bytes = good;
    bytes.at(random.below(bytes.size())) = static_cast<std::byte>(random.below(256));
    if (round % 3 == 0) bytes.resize(random.below(bytes.size()));
    try {
      EXPECT_LE(ZipReader(bytes).read("zeros", 100000).size(), 100000U);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kFailure);
    }
  }
}

}  // namespace
}  // namespace bitline
