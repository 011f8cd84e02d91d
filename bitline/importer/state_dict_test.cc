#include "bitline/importer/state_dict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/safetensors.h"
#include "bitline/importer/file_kind.h"
#include "bitline/importer/load_network.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"
#include "bitline/testing/testdata.h"

namespace bitline {
namespace {

using test::bytes_of;
using test::message_of;
using test::TemporaryFolder;
using test::testdata;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const StateDict& state) {
  std::vector<std::string> names;
  for (const NamedTensor& entry : state.tensors) names.push_back(entry.name);
  return names;
}

Tensor tensor_of(const StateDict& state, std::string_view name) {
  const auto found = std::ranges::find(state.tensors, name, &NamedTensor::name);
  if (found == state.tensors.end()) fail("no tensor '{}'", name);
  return found->tensor;
}

template <typename T = float>
std::vector<T> values_of(const StateDict& state, std::string_view name) {
  const Tensor tensor = tensor_of(state, name);
  return {tensor.data<T>().begin(), tensor.data<T>().end()};
}

void expect_its_values(const StateDict& state) {
  EXPECT_THAT(values_of(state, "conv.weight"), ElementsAre(0.5F, -2.0F));
  EXPECT_THAT(values_of(state, "bn.running_mean"), ElementsAre(0.125F, 3.0F));
  EXPECT_THAT(values_of<std::int64_t>(state, "bn.num_batches_tracked"), ElementsAre(17));
  EXPECT_THAT(values_of(state, "fc.weight"), ElementsAre(1.0F, 2.0F, 3.0F, 4.0F));
  EXPECT_THAT(values_of(state, "fc.bias"), ElementsAre(-1.0F, 1.0F));
}

// What state_dict() in testdata/make_torch_files.py writes.
void expect_the_small_network(const StateDict& state) {
  EXPECT_TRUE(state.is_ordered);
  EXPECT_THAT(names_of(state),
              ElementsAre("conv.weight", "bn.weight", "bn.bias", "bn.running_mean",
                          "bn.running_var", "bn.num_batches_tracked", "fc.weight", "fc.bias"));
  EXPECT_EQ(tensor_of(state, "conv.weight").shape(), (Shape{2, 1, 1, 1}));
  EXPECT_EQ(tensor_of(state, "fc.weight").shape(), (Shape{2, 2}));
  expect_its_values(state);
}

TEST(StateDict, IsReadFromAZipFile) {
  expect_the_small_network(read_state_dict(testdata("state_dict.pt")));
}

TEST(StateDict, IsReadFromAFileOfTheLegacyFormat) {
  expect_the_small_network(read_state_dict(testdata("legacy.pth")));
}

TEST(StateDict, IsFoundInACheckpointAndLosesThePrefixOfDataParallel) {
  expect_the_small_network(read_state_dict(testdata("checkpoint.pt")));
  expect_the_small_network(read_state_dict(testdata("legacy_protocol4.pth")));
}

// Up to 0.3 PyTorch rebuilt tensors by another function; people still have such files.
TEST(StateDict, IsReadFromAFileOfAnOldPyTorch) {
  expect_the_small_network(read_state_dict(testdata("old.pth.tar")));
}

TEST(StateDict, IsKnownByWhatTheFileHolds) {
  const TemporaryFolder folder;
  SafeTensors file;
  file.tensors["a"] = Tensor(DType::kF32, {2});
  write_safetensors(folder.path() / "state.pt", file);
  EXPECT_THAT(names_of(read_state_dict(folder.path() / "state.pt")), ElementsAre("a"));
  EXPECT_EQ(kind_of_file(testdata("state_dict.pt")), FileKind::kTorch);
  EXPECT_EQ(kind_of_file(testdata("legacy_protocol4.pth")), FileKind::kTorch);
  EXPECT_EQ(kind_of_file(testdata("old.pth.tar")), FileKind::kTorch);
  EXPECT_EQ(kind_of_file(testdata("dense.onnx")), FileKind::kOther);
  EXPECT_EQ(kind_of_file(testdata("dense.safetensors")), FileKind::kSafetensors);
  EXPECT_EQ(kind_of_file(folder.path()), FileKind::kOther);
}

// Where a network belongs: what there is instead, and both ways out.
TEST(StateDict, IsNoNetwork) {
  const std::string message = message_of([] { load_network(testdata("old.pth.tar")); });
  EXPECT_THAT(message, HasSubstr("holds a state_dict of PyTorch (8 tensors)"));
  EXPECT_THAT(message, HasSubstr("model.weights"));
  EXPECT_THAT(message, HasSubstr("torch.onnx.export"));
  EXPECT_THAT(
      message_of([] { load_network(testdata("two_models.pt")); }),
      AllOf(HasSubstr("without a state_dict that could be read"), HasSubstr("torch.onnx.export")));
}

TEST(StateDict, ViewsAreTakenFromTheirStorages) {
  const StateDict state = read_state_dict(testdata("views.pt"));
  // Elements 0 to 7 of the storage; rows one element apart, columns two, from element 1.
  EXPECT_EQ(tensor_of(state, "transposed").shape(), (Shape{2, 3}));
  EXPECT_THAT(values_of(state, "transposed"), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_THAT(values_of(state, "tail"), ElementsAre(6, 7));
  EXPECT_EQ(tensor_of(state, "scalar").shape(), Shape{});
  EXPECT_THAT(values_of(state, "scalar"), ElementsAre(2.5F));
  EXPECT_EQ(tensor_of(state, "empty").shape(), (Shape{0, 3}));
}

TEST(StateDict, EveryFloatIsReadAndParametersAreTensors) {
  const StateDict state = read_state_dict(testdata("views.pt"));
  EXPECT_THAT(values_of<double>(state, "double"), ElementsAre(0.1, -3.0));
  EXPECT_THAT(values_of(state, "half"), ElementsAre(1.5F, -0.25F));
  EXPECT_THAT(values_of(state, "brain"), ElementsAre(1.5F, -256.0F));
  EXPECT_THAT(values_of(state, "parameter"), ElementsAre(9.0F));
}

TEST(StateDict, SafetensorsFileHasNoOrder) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "state.safetensors";
  SafeTensors file;
  file.tensors["module.b"] = Tensor(DType::kF32, {2});
  file.tensors["module.a"] = Tensor(DType::kF32, {1});
  write_safetensors(path, file);
  const StateDict state = read_state_dict(path);
  EXPECT_FALSE(state.is_ordered);
  EXPECT_THAT(names_of(state), ElementsAre("a", "b"));
}

TEST(StateDictRefuses, BigEndianNumbers) {
  EXPECT_THAT(message_of([] { read_state_dict(testdata("big_endian.pt")); }),
              HasSubstr("big-endian"));
}

TEST(StateDictRefuses, ToChooseBetweenTwoNetworks) {
  EXPECT_THAT(message_of([] { read_state_dict(testdata("two_models.pt")); }),
              HasSubstr("2 dictionaries of tensors: 'model', 'ema'; save the one that is meant"));
}

TEST(StateDictRefuses, FilesOfAnotherKind) {
  EXPECT_THAT(message_of([] { parse_torch_state_dict(bytes_of("hello")); }),
              HasSubstr("not written by torch.save"));
  EXPECT_THAT(message_of([] { parse_torch_state_dict({}); }), HasSubstr("torch.save"));
  EXPECT_THAT(message_of([] { read_state_dict(testdata("make_torch_files.py")); }),
              HasSubstr("make_torch_files.py: the file was not written by torch.save"));
}

// Every prefix of a file is refused, and none reads beyond its end.
TEST(StateDictRefuses, EveryTruncation) {
  for (const char* name :
       {"state_dict.pt", "checkpoint.pt", "legacy.pth", "legacy_protocol4.pth"}) {
    const std::vector<std::byte> whole = read_file(testdata(name));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A buffer of its own, so that the address sanitizer sees a step beyond the end.
      const std::vector<std::byte> part(whole.begin(),
                                        whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_THROW(parse_torch_state_dict(part), Error) << name << " cut to " << size;
    }
  }
}

// Any single byte may change: the file is then refused or read as something else.
TEST(StateDict, NoDamagedByteDoesMoreThanThrowAnError) {
  for (const char* name : {"state_dict.pt", "views.pt", "legacy.pth"}) {
    const std::vector<std::byte> whole = read_file(testdata(name));
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const auto value : {std::byte{0}, std::byte{0x7f}, std::byte{0xff}}) {
        std::vector<std::byte> damaged = whole;
        damaged[at] = value;
        try {
          parse_torch_state_dict(damaged);
        } catch (const Error& error) {
          EXPECT_NE(error.kind(), ErrorKind::kBug) << error.what();
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitline
