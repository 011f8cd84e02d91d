// Networks of vectors from beginning to end: what inspect says of them, data of NumPy, run, sample
// and training.
#include "bitline/testing/npy.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::npy_of;
using test::Outcome;
using test::replaced;
using test::StudyTest;

constexpr std::size_t kInputs = 600;

/// 600 → 8 → 8 → 2, "fc2" on the array.
Network vector_network() {
  NetworkBuilder build("vectors", {kInputs}, 1);
  std::string value = build.input();
  std::int64_t from = kInputs;
  for (const char* layer : {"1", "2"}) {
    value = build.linear(fmt::format("fc{}", layer), value, from, 8, true);
    value = build.relu(fmt::format("relu{}", layer), value);
    from = 8;
  }
  build.linear("classifier", value, from, 2, true);
  Network network = std::move(build).finish();
  attach_quantizers(network, {});
  for (auto& [name, spec] : network.quant)
    if (!network.tensors.contains(name))
      spec.scale.data<float>()[0] = 2.0F / static_cast<float>(spec.maximum());
  return network;
}

class VectorDataTest : public StudyTest {
 protected:
  VectorDataTest() {
    write_network(folder() / "network.safetensors", vector_network());
    write_images("(20, 600)", 20 * kInputs);
    write_file_atomically(
        folder() / "y.npy",
        npy_of("|u1", "(20,)", std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
                                                         0, 1, 0, 1, 0, 1, 0, 1, 0, 1}));
    write("study.toml", replaced(test::kStudy,
                                 "format = \"samples\"\nsearch_file = \"search.safetensors\"\n"
                                 "test_file = \"test.safetensors\"\n",
                                 "format = \"numpy\"\nsearch_file = \"x.npy\"\n"
                                 "search_labels = \"y.npy\"\ntest_file = \"x.npy\"\n"
                                 "test_labels = \"y.npy\"\n"));
  }
  void write_images(const std::string& shape, std::size_t values) const {
    std::vector<float> images(values);
    for (std::size_t i = 0; i < values; ++i)
      images[i] = static_cast<float>(i / kInputs % 2) + static_cast<float>(i % 7) / 8;
    write_file_atomically(folder() / "x.npy", npy_of("<f4", shape, images));
  }
};

TEST_F(VectorDataTest, InspectSaysWhichDataFit) {
  const Outcome outcome = run({"inspect", "network.safetensors"});
  EXPECT_THAT(outcome.output, testing::StartsWith("Takes [600]: data.format numpy or samples, with "
                                                  "images [n, 600]\n\n"));
}

TEST_F(VectorDataTest, RunGoesToItsEnd) {
  const Outcome outcome = run({"run", "study.toml", "--out", "out"});
  EXPECT_EQ(outcome.exit_code, 0) << testing::PrintToString(outcome.errors);
  EXPECT_THAT(files(), testing::Contains("out/plans/L3-layer-wise.json"));
}

TEST_F(VectorDataTest, ASampleFileHoldsVectorsToo) {
  const std::string answers = run({"evaluate", "study.toml"}).output;
  const Outcome sampled = run(
      {"sample", "study.toml", "--split", "test", "--per-class", "10", "--out", "s.safetensors"});
  EXPECT_EQ(sampled.exit_code, 0);
  const Outcome outcome =
      run({"evaluate", "study.toml", "--set", "data.format=samples", "--set",
           "data.search_file=s.safetensors", "--set", "data.test_file=s.safetensors"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, answers);
}

TEST_F(VectorDataTest, WhatDoesNotFitIsRefusedWithFileAndShapes) {
  write_images("(20, 599)", std::size_t{20} * 599);
  expect_refusal({"run", "study.toml", "--out", "out"}, 2,
                 {"x.npy: the images are [599], but network 'vectors' takes [600]"});
  write_images("(12000,)", 20 * kInputs);
  expect_refusal({"run", "study.toml", "--out", "out"}, 1, {"x.npy: ", "found F32 [12000]"});
}

TEST_F(VectorDataTest, TrainsWithoutAugmentationAlone) {
  if (!test::trains()) GTEST_SKIP() << test::kNoTraining;
  write("study.toml", read("study.toml") + "[train]\nepochs = 1\nholdout = 0\noutput = \"t\"\n");
  expect_refusal({"train", "study.toml"}, 2, {"the data are [20, 600]; set augment = false"});
  EXPECT_EQ(run({"train", "study.toml", "--set", "train.augment=false"}).exit_code, 0);
}

}  // namespace
}  // namespace bitline::cli
