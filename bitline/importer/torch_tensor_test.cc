// Files of the legacy format with one float tensor, put together by hand.
#include "bitline/importer/torch_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/importer/state_dict.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/testdata.h"

namespace bitline {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): a namespace of
                                       // literals
using test::bytes_of;
using test::message_of;
using testing::ElementsAre;
using testing::HasSubstr;

std::string little_endian(std::int64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return bytes;
}

std::string integer(std::int64_t value) { return "\x8a\x08" + little_endian(value); }

std::string text(const std::string& value) {
  return "\x8c" + std::string(1, static_cast<char>(value.size())) + value;
}

std::string tuple(const std::vector<std::int64_t>& values) {
  std::string opcodes = "(";
  for (const std::int64_t value : values) opcodes += integer(value);
  return opcodes + "t";
}

struct View {
  std::int64_t offset = 0;
  Shape shape = {2};
  Shape strides = {1};
  std::int64_t count = 4;  // of the storage, as the pickle says
  std::string view_of_storage = "N";
};

std::string rebuild(const View& view) {
  const std::string storage = "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") +
                              text("cpu") + integer(view.count) + view.view_of_storage + "tQ";
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + integer(view.offset) +
         tuple(view.shape) + tuple(view.strides) + "\x89NtR";
}

std::string pickled(const std::string& opcodes) { return "\x80\x02" + opcodes + "."; }

std::string legacy_start(const std::string& object) {
  return pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickled(integer(1001)) +
         pickled("}") + pickled(object);
}

// The storage holds 0, 1, 2, 3; `count` is what stands before it.
StateDict read(const std::string& object, std::int64_t count = 4) {
  const std::string values = "\0\0\0\0\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40"s;
  return parse_torch_state_dict(bytes_of(legacy_start(object) + pickled("]" + text("0") + "a") +
                                         little_endian(count) + values));
}

std::string refusal_without_storage(const std::string& object) {
  return message_of([&] { parse_torch_state_dict(bytes_of(legacy_start(object) + pickled("]"))); });
}

std::string dictionary(const View& view) { return "}" + text("w") + rebuild(view) + "s"; }

std::string refusal(const View& view) {
  return message_of([&] { read(dictionary(view)); });
}

View view_of(std::int64_t offset, Shape shape, Shape strides) {
  View view;
  view.offset = offset;
  view.shape = std::move(shape);
  view.strides = std::move(strides);
  return view;
}

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

TEST(TorchTensor, OffsetAndStridesAreHonoured) {
  const Tensor tensor = read(dictionary(view_of(1, {2}, {2}))).tensors.at(0).tensor;
  EXPECT_THAT(tensor.data<float>(), ElementsAre(1, 3));
}

TEST(TorchTensor, StrideOfZeroRepeatsAnElement) {
  const Tensor tensor = read(dictionary(view_of(2, {3, 2}, {0, 1}))).tensors.at(0).tensor;
  EXPECT_THAT(tensor.data<float>(), ElementsAre(2, 3, 2, 3, 2, 3));
}

TEST(TorchTensor, AxisOfOneEntryMayHaveAnyStride) {
  const Tensor tensor = read(dictionary(view_of(0, {1, 2}, {kHuge, 1}))).tensors.at(0).tensor;
  EXPECT_THAT(tensor.data<float>(), ElementsAre(0, 1));
}

TEST(TorchTensorRefuses, ElementsOutsideTheStorage) {
  EXPECT_THAT(refusal(view_of(3, {2}, {1})), HasSubstr("beyond the 4 elements of storage '0'"));
  EXPECT_THAT(refusal(view_of(0, {2}, {4})), HasSubstr("tensor 'w': shape [2] from element 0"));
  EXPECT_THAT(refusal(view_of(kHuge, {1}, {1})), HasSubstr("beyond the 4 elements"));
}

TEST(TorchTensorRefuses, SizesThatOverflow) {
  EXPECT_THAT(refusal(view_of(0, {3}, {kHuge})), HasSubstr("beyond any storage"));
  EXPECT_THAT(refusal(view_of(kHuge, {2}, {kHuge})), HasSubstr("beyond any storage"));
  EXPECT_THAT(refusal(view_of(0, {kHuge, 4}, {0, 0})), HasSubstr("too large"));
}

TEST(TorchTensorRefuses, ViewsThatMultiplyTheFile) {
  EXPECT_THAT(refusal(view_of(0, {kHuge}, {0})), HasSubstr("many times the elements"));
  EXPECT_THAT(refusal(view_of(0, {1 << 20}, {0})), HasSubstr("many times the elements"));
}

TEST(TorchTensorRefuses, NegativeNumbers) {
  EXPECT_THAT(refusal(view_of(3, {2}, {-1})), HasSubstr("negative extent or stride, -1"));
  EXPECT_THAT(refusal(view_of(0, {-2}, {1})), HasSubstr("negative extent or stride, -2"));
  EXPECT_THAT(refusal(view_of(-1, {1}, {1})), HasSubstr("offset -1"));
  View view;
  view.count = -4;
  EXPECT_THAT(refusal(view), HasSubstr("storage '0' has -4 elements"));
}

TEST(TorchTensorRefuses, ShapeAndStridesOfUnequalLength) {
  EXPECT_THAT(refusal(view_of(0, {2, 2}, {1})), HasSubstr("shape [2, 2] has offset 0 and strides"));
}

TEST(TorchTensorRefuses, StoragesThatAreShorterThanThePickleSays) {
  View view;
  view.count = 5;
  EXPECT_THAT(refusal(view), HasSubstr("should have 5 elements and has 4"));
  EXPECT_THAT(message_of([] { read(dictionary({}), 5); }),
              HasSubstr("storage '0' has 5 elements, but only 16 bytes follow"));
  EXPECT_THAT(message_of([] { read(dictionary({}), -1); }), HasSubstr("the file is truncated"));
}

TEST(TorchTensorRefuses, ViewsOfStoragesAndOtherDescriptions) {
  View view;
  view.view_of_storage = "K\x01";
  EXPECT_THAT(refusal(view), HasSubstr("PyTorch older than 0.4"));
}

TEST(TorchTensorRefuses, OtherDescriptions) {
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n";
  for (const std::string& call : {tensor + ")R", tensor + "(NNNNtR"})
    EXPECT_THAT(refusal_without_storage("}" + text("w") + call + "s"),
                HasSubstr("tensor 'w': a tensor is not described by"));
  EXPECT_THAT(refusal_without_storage(text("x") + "Q"), HasSubstr("a storage is not described by"));
  EXPECT_THAT(refusal_without_storage("K\x01\x85Q"), HasSubstr("a storage is not described by"));
}

TEST(TorchTensorRefuses, StoragesThatTheFileDoesNotHold) {
  EXPECT_THAT(refusal_without_storage(dictionary({})), HasSubstr("storage '0' is missing"));
  EXPECT_THAT(message_of([] { read("}"); }), HasSubstr("no tensor is a view of storage '0'"));
}

TEST(TorchTensorRefuses, TheSameNameTwice) {
  const std::string entry = text("w") + rebuild({});
  EXPECT_THAT(message_of([&] { read("}" + entry + "s" + entry + "s"); }),
              HasSubstr("names tensor 'w' twice"));
}

TEST(TorchTensorRefuses, FilesWithoutTensors) {
  EXPECT_THAT(refusal_without_storage("K\x01"), HasSubstr("no dictionary; save one"));
  EXPECT_THAT(refusal_without_storage("}"), HasSubstr("no dictionary of tensors"));
  EXPECT_THAT(message_of([] { read("}K\x01" + rebuild({}) + "s"); }),
              HasSubstr("no dictionary of tensors"));
}

}  // namespace
}  // namespace bitline
