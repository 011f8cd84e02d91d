// Weights that PyTorch's own C++ code wrote, through the configuration into a built-in network.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/file.h"
#include "bitline/study/inputs.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"
#include "bitline/torch/libtorch.h"

// clang-format off
#include <torch/csrc/jit/serialization/pickle.h>  // after libtorch.h, as clang needs it
// clang-format on

namespace bitline {
namespace {

using test::message_of;
using test::TemporaryFolder;
using testing::HasSubstr;

ModelOptions narrow(std::uint64_t seed) {
  ModelOptions options;
  options.width = 0.125;
  options.seed = seed;
  return options;
}

// PyTorch's word for a role of batch-norm; weight and bias are the same.
std::string torch_role(const Node& node, const std::string& role) {
  if (!std::holds_alternative<BatchNorm>(node.op)) return role;
  static const std::map<std::string, std::string> words{{"scale", "weight"},
                                                        {"shift", "bias"},
                                                        {"mean", "running_mean"},
                                                        {"variance", "running_var"}};
  return words.at(role);
}

/// A file of torch.save's kind with the network's parameters, "layer." before each name.
class WeightsFile {
 public:
  explicit WeightsFile(const Network& network) {
    c10::Dict<std::string, at::Tensor> state;
    for (const Node& node : network.nodes)
      for (const auto& [role, key] : node.parameters)
        state.insert("layer." + node.name + "." + torch_role(node, role),
                     to_torch(network.tensors.at(key)));
    const std::vector<char> bytes = torch::jit::pickle_save(state);
    write_file_atomically(path_, std::as_bytes(std::span(bytes)));
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "weights.pt";
};

RunConfig config_of(const std::filesystem::path& weights, const std::string& more) {
  return read_run_config(Config::from_text(
      fmt::format("[model]\nname = \"resnet20\"\nwidth = 0.125\nweights = \"{}\"\n{}",
                  weights.string(), more),
      "test.toml"));
}

TEST(Weights, FileThatLibTorchWroteGivesTheSameNetwork) {
  const Network network = make_model("resnet20", narrow(7));
  const WeightsFile file(network);
  const Network loaded =
      load_network(config_of(file.path(), "[model.rename]\nlayer = \"\"\n").model);
  EXPECT_EQ(content_hash(loaded), content_hash(network));
}

TEST(WeightsRefuse, NamesThatDoNotFitWithTheFile) {
  const WeightsFile file(make_model("resnet20", narrow(7)));
  const std::string message = message_of([&] { load_network(config_of(file.path(), "").model); });
  EXPECT_THAT(message, HasSubstr(file.path().string() + ": the names do not fit"));
  EXPECT_THAT(message, HasSubstr("107 missing: conv1.weight, "));
}

}  // namespace
}  // namespace bitline
