#include "bitline/profile/layer_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstring>
#include <map>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::ElementsAre;
using testing::HasSubstr;

Histogram histogram(std::int64_t minimum, const std::vector<std::int64_t>& counts) {
  Histogram result(minimum, minimum + std::ssize(counts) - 1);
  result.counts() = counts;
  return result;
}

/// conv1: sums −1, 0, 1 of one plane and two streams, tiles together. fc: one part, tile 0.
std::vector<LayerProfile> two_layers() {
  return {{"conv1", {{{}, 0, 0, histogram(-1, {1, 2, 1})}, {{}, 0, 1, histogram(-1, {0, 3, 1})}}},
          {"fc", {{0, 0, 0, histogram(0, {0, 0, 4})}}}};
}

TEST(CountsCsv, HasARowForEverySumSeen) {
  EXPECT_EQ(counts_csv(two_layers()),
            "layer,tile,plane,stream,sum,count\n"
            "conv1,all,0,0,-1,1\n"
            "conv1,all,0,0,0,2\n"
            "conv1,all,0,0,1,1\n"
            "conv1,all,0,1,0,3\n"
            "conv1,all,0,1,1,1\n"
            "fc,0,0,0,2,4\n");
}

TEST(CountsCsv, QuotesNamesThatHoldCommasOrQuotes) {
  const std::vector<LayerProfile> profiles{{"a,\"b\"", {{{}, 0, 0, histogram(7, {1})}}}};
  EXPECT_THAT(counts_csv(profiles), HasSubstr("\n\"a,\"\"b\"\"\",all,0,0,7,1\n"));
}

// Stream 0: −1, 0, 0, 1 has variance ½. Stream 1: 0, 0, 0, 1 has mean ¼ and variance ¼ − 1/16 =
// 3/16. Both: 8 sums, mean 1/8, variance 3/8 − 1/64 = 23/64, 5 zeros. With fc, 2 four times: 12
// sums, mean 9/12, Σ p² = 3 + 16, variance 19/12 − 9/16 = 49/48, 5 zeros.
TEST(StatisticsCsv, HasARowForEveryPartAndTotals) {
  EXPECT_EQ(statistics_csv(two_layers()),
            "layer,tile,plane,stream,conversions,mean,deviation,minimum,maximum,zero_share\n"
            "conv1,all,0,0,4,0,0.7071067811865476,-1,1,0.5\n"
            "conv1,all,0,1,4,0.25,0.4330127018922193,0,1,0.75\n"
            "conv1,all,0,all,8,0.125,0.5994789404140899,-1,1,0.625\n"
            "conv1,all,all,0,4,0,0.7071067811865476,-1,1,0.5\n"
            "conv1,all,all,1,4,0.25,0.4330127018922193,0,1,0.75\n"
            "conv1,all,all,all,8,0.125,0.5994789404140899,-1,1,0.625\n"
            "fc,0,0,0,4,2,0,2,2,0\n"
            "fc,all,0,all,4,2,0,2,2,0\n"
            "fc,all,all,0,4,2,0,2,2,0\n"
            "fc,0,all,all,4,2,0,2,2,0\n"
            "fc,all,all,all,4,2,0,2,2,0\n"
            "all,all,all,all,12,0.75,1.0103629710818451,-1,2,0.4166666666666667\n");
}

TEST(StatisticsCsv, OfNoConversionsIsZero) {
  EXPECT_EQ(statistics_csv({}),
            "layer,tile,plane,stream,conversions,mean,deviation,minimum,maximum,zero_share\n"
            "all,all,all,all,0,0,0,0,0,0\n");
}

using Members = std::map<std::string, std::vector<std::byte>>;

/// Unpacks an archive that must be stored, not compressed.
Members unpack(const std::vector<std::byte>& npz) {
  zip_source_t* source = zip_source_buffer_create(npz.data(), npz.size(), 0, nullptr);
  zip_t* archive = zip_open_from_source(source, ZIP_CHECKCONS, nullptr);
  Members members;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t info;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &info);
    EXPECT_EQ(info.comp_method, ZIP_CM_STORE);
    std::vector<std::byte> bytes(info.size);
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    EXPECT_EQ(zip_fread(file, bytes.data(), bytes.size()), static_cast<zip_int64_t>(info.size));
    zip_fclose(file);
    members[info.name] = bytes;
  }
  zip_discard(archive);
  return members;
}

struct Array {
  std::string header;
  std::vector<std::int64_t> values;
};

/// As the format's documentation has it: magic, version 1.0, 2 bytes of header length, header, data
/// from a multiple of 64 bytes on.
Array parse_npy(const std::vector<std::byte>& file) {
  const auto* text = reinterpret_cast<const char*>(file.data());
  EXPECT_EQ(std::string(text, 8), std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t length =
      std::to_integer<std::size_t>(file[8]) | std::to_integer<std::size_t>(file[9]) << 8;
  EXPECT_EQ((10 + length) % 64, 0U);
  EXPECT_EQ(text[10 + length - 1], '\n');
  Array array{std::string(text + 10, length), {}};
  array.values.resize((file.size() - 10 - length) / sizeof(std::int64_t));
  std::memcpy(array.values.data(), text + 10 + length, array.values.size() * sizeof(std::int64_t));
  return array;
}

TEST(HistogramsNpz, HoldsCountsAndMinimumOfEveryPart) {
  const Members members = unpack(histograms_npz(two_layers()));
  ASSERT_EQ(members.size(), 6U);
  const Array counts = parse_npy(members.at("conv1.plane0.stream1.npy"));
  EXPECT_THAT(counts.header,
              testing::StartsWith("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }"));
  EXPECT_THAT(counts.values, ElementsAre(0, 3, 1));
  const Array minimum = parse_npy(members.at("conv1.plane0.stream1.minimum.npy"));
  EXPECT_THAT(minimum.header, HasSubstr("'shape': ()"));
  EXPECT_THAT(minimum.values, ElementsAre(-1));
  EXPECT_THAT(parse_npy(members.at("fc.tile0.plane0.stream0.npy")).values, ElementsAre(0, 0, 4));
  EXPECT_THAT(parse_npy(members.at("fc.tile0.plane0.stream0.minimum.npy")).values, ElementsAre(0));
}

/// Restores the time zone.
class TimeZone {
 public:
  explicit TimeZone(const char* name) { set(name); }
  ~TimeZone() { set(nullptr); }

 private:
  static void set(const char* name) {
    name == nullptr ? unsetenv("TZ") : setenv("TZ", name, 1);
    tzset();
  }
};

TEST(HistogramsNpz, DependsOnItsContentsAlone) {
  const TimeZone east("UTC-9");
  const std::vector<std::byte> npz = histograms_npz(two_layers());
  const TimeZone west("UTC+9");
  EXPECT_EQ(histograms_npz(two_layers()), npz);
  // Bytes 10 … 13 of a local file header are time and date: midnight, 1 January 1980.
  EXPECT_EQ(std::vector<std::byte>(npz.begin() + 10, npz.begin() + 14),
            (std::vector<std::byte>{std::byte{0}, std::byte{0}, std::byte{0x21}, std::byte{0}}));
}

TEST(HistogramsNpz, RefusesTwoPartsOfOneName) {
  std::vector<LayerProfile> profiles = two_layers();
  profiles[1] = profiles[0];
  EXPECT_THAT(message_of([&] { histograms_npz(profiles); }), HasSubstr("conv1.plane0.stream0"));
}

}  // namespace
}  // namespace bitline
