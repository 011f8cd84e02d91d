#include "bitline/base/safetensors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/error.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::message_of;
using test::TemporaryFolder;
using testing::HasSubstr;

std::vector<std::byte> file_of(std::string_view header, std::size_t data_size) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < 8; ++i)
    bytes.push_back(static_cast<std::byte>(header.size() >> (8 * i) & 0xff));
  for (const char c : header) bytes.push_back(static_cast<std::byte>(c));
  bytes.resize(bytes.size() + data_size);
  return bytes;
}

std::string refusal(std::span<const std::byte> bytes) {
  return message_of([&] { parse_safetensors(bytes); });
}

std::string refusal(std::string_view header, std::size_t data_size) {
  return refusal(file_of(header, data_size));
}

SafeTensors example() {
  SafeTensors file;
  const std::vector<float> weights{1.0F, -2.5F, 0.0F, 4.0F, 5.0F, 6.0F};
  const std::vector<std::uint8_t> codes{7, 8, 9};
  file.tensors.emplace("weight", Tensor::of<float>({2, 3}, weights));
  file.tensors.emplace("codes", Tensor::of<std::uint8_t>({3}, codes));
  file.tensors.emplace("scalar", Tensor(DType::kF64, {}));
  file.tensors.emplace("empty", Tensor(DType::kI64, {0, 4}));
  file.metadata = {{"origin", "a \"quoted\" text, ü"}, {"empty", ""}};
  return file;
}

TEST(SafeTensors, RoundTripKeepsEverything) {
  const SafeTensors read = parse_safetensors(serialize_safetensors(example()));
  EXPECT_EQ(read.metadata, example().metadata);
  ASSERT_EQ(read.tensors.size(), 4U);
  EXPECT_EQ(read.tensors.at("weight").shape(), (Shape{2, 3}));
  EXPECT_EQ(read.tensors.at("weight").data<float>()[1], -2.5F);
  EXPECT_EQ(read.tensors.at("codes").data<std::uint8_t>()[2], 9);
  EXPECT_EQ(read.tensors.at("scalar").shape(), Shape{});
  EXPECT_EQ(read.tensors.at("empty").shape(), (Shape{0, 4}));
}

TEST(SafeTensors, ReadsAFileWrittenByHand) {
  std::vector<std::byte> bytes =
      file_of(R"({"a":{"shape":[2],"dtype":"I16","data_offsets":[0,4]}}  )", 4);
  bytes[bytes.size() - 2] = std::byte{0x34};
  bytes[bytes.size() - 1] = std::byte{0x12};
  const SafeTensors file = parse_safetensors(bytes);
  EXPECT_EQ(file.tensors.at("a").data<std::int16_t>()[1], 0x1234);
}

TEST(SafeTensors, HeaderEndsOnAMultipleOfEightBytes) {
  const std::vector<std::byte> bytes = serialize_safetensors(example());
  EXPECT_EQ(std::to_integer<int>(bytes[0]) % 8, 0);
}

TEST(SafeTensors, FileRoundTripAndItsErrorsNameTheFile) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "four.safetensors";
  write_safetensors(path, example());
  EXPECT_EQ(read_safetensors(path).tensors.size(), 4U);
  std::filesystem::resize_file(path, 100);
  EXPECT_THAT(message_of([&] { read_safetensors(path); }), HasSubstr(path.string()));
}

TEST(SafeTensors, RefusesEveryTruncation) {
  const std::vector<std::byte> bytes = serialize_safetensors(example());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(refusal(std::span(bytes).first(size)), "nothing was thrown") << size << " bytes";
}

TEST(SafeTensors, RefusesAHeaderLongerThanTheFile) {
  std::vector<std::byte> bytes = file_of("{}", 0);
  bytes[0] = std::byte{3};
  EXPECT_THAT(refusal(bytes), HasSubstr("the header is 3 bytes long, but only 2 bytes follow"));
  bytes[7] = std::byte{0xff};
  EXPECT_THAT(refusal(bytes), HasSubstr("bytes follow"));
}

TEST(SafeTensors, RefusesAHeaderThatIsNoJsonObject) {
  EXPECT_THAT(refusal("{", 0), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("\xff\xfe{}", 0), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("[]", 0), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal(std::string(100000, '['), 0), HasSubstr("nested deeper"));
}

TEST(SafeTensors, RefusesOverlapGapAndUnusedBytes) {
  constexpr std::string_view kPair = R"({{"a":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}},)"
                                     R"("b":{{"dtype":"U8","shape":[4],"data_offsets":[{},{}]}}}})";
  EXPECT_EQ(refusal(fmt::format(kPair, 4, 8), 8), "nothing was thrown");
  EXPECT_THAT(refusal(fmt::format(kPair, 3, 7), 8), HasSubstr("overlap"));
  EXPECT_THAT(refusal(fmt::format(kPair, 5, 9), 9), HasSubstr("gap"));
  EXPECT_THAT(refusal(fmt::format(kPair, 4, 8), 9), HasSubstr("too long"));
  EXPECT_THAT(refusal(fmt::format(kPair, 4, 8), 7), HasSubstr("truncated"));
}

TEST(SafeTensors, RefusesOffsetsThatDoNotFitTheShape) {
  const auto entry = [](std::string_view fields) {
    return fmt::format(R"({{"a":{{{}}}}})", fields);
  };
  EXPECT_THAT(refusal(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), 4),
              HasSubstr("do not fit shape [2] of F32"));
  EXPECT_THAT(refusal(entry(R"("dtype":"U8","shape":[2],"data_offsets":[2,0])"), 2),
              HasSubstr("do not fit"));
  EXPECT_THAT(refusal(entry(R"("dtype":"U8","shape":[-2],"data_offsets":[0,2])"), 2),
              HasSubstr("whole number"));
}

TEST(SafeTensors, RefusesShapesThatOverflowBeforeItTakesMemory) {
  EXPECT_THAT(
      refusal(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0),
      HasSubstr("too large"));
  // 2^61 elements of 8 bytes are 2^64 bytes, which 64 bits would take for 0.
  EXPECT_THAT(
      refusal(R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0),
      HasSubstr("do not fit"));
  EXPECT_THAT(
      refusal(R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,0]}})", 0),
      HasSubstr("too large"));
}

TEST(SafeTensors, WidensHalfFloats) {
  std::vector<std::byte> bytes =
      file_of(R"({"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", 4);
  bytes[bytes.size() - 1] = std::byte{0x40};  // 0x4000 is 2 in bfloat16
  const SafeTensors file = parse_safetensors(bytes);
  EXPECT_EQ(file.tensors.at("a").data<float>()[0], 0.0F);
  EXPECT_EQ(file.tensors.at("a").data<float>()[1], 2.0F);
}

TEST(SafeTensors, RefusesUnknownTypesAndFields) {
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1),
              HasSubstr("'F8_E4M3' is not supported"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[1]}})", 1), HasSubstr("exactly"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}})", 1),
              HasSubstr("exactly"));
  EXPECT_THAT(refusal(R"({"a":7})", 0), HasSubstr("tensor 'a'"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":8,"shape":[1],"data_offsets":[0,1]}})", 1),
              HasSubstr("'dtype' has to be a text"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}})", 1),
              HasSubstr("'shape' has to be a list"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1),
              HasSubstr("'data_offsets' has to be"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1.5]}})", 1),
              HasSubstr("whole number"));
}

TEST(SafeTensors, RefusesANameThatStandsTwice) {
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                      R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
                      0),
              HasSubstr("'a' twice"));
}

TEST(SafeTensors, RefusesMetadataThatIsNotText) {
  EXPECT_THAT(refusal(R"({"__metadata__":{"epoch":3}})", 0), HasSubstr("'epoch'"));
  EXPECT_THAT(refusal(R"({"__metadata__":[]})", 0), HasSubstr("has to be an object"));
}

TEST(SafeTensors, RefusesToWriteWhatItCouldNotRead) {
  SafeTensors reserved;
  reserved.tensors.emplace("__metadata__", Tensor(DType::kU8, {1}));
  EXPECT_THROW(serialize_safetensors(reserved), Error);
  SafeTensors not_utf8;
  not_utf8.metadata["origin"] = "\xff";
  EXPECT_THROW(serialize_safetensors(not_utf8), Error);
}

TEST(SafeTensors, RandomBytesAreRefusedOrReadButNeverCrash) {
  const bool held = rc::check([](const std::vector<std::uint8_t>& noise) {
    try {
      parse_safetensors(std::as_bytes(std::span(noise)));
    } catch (const Error&) {
      RC_SUCCEED("refused");
    }
  });
  ASSERT_TRUE(held);
}

TEST(SafeTensors, AFileWithOneChangedByteIsRefusedOrReadButNeverCrashes) {
  const std::vector<std::byte> good = serialize_safetensors(example());
  const bool held = rc::check([&good] {
    std::vector<std::byte> bytes = good;
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
    try {
      const SafeTensors file = parse_safetensors(bytes);
      RC_ASSERT(file.tensors.size() == 4U);
    } catch (const Error&) {
      RC_SUCCEED("refused");
    }
  });
  ASSERT_TRUE(held);
}

}  // namespace
}  // namespace bitline
