// Data, networks, checkpoints and plans that are missing, damaged or of something else: exit code 1
// and nothing is made.
#include <limits>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/safetensors.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::kNoTraining;
using test::kStudy;
using test::make_float_network;
using test::make_images;
using test::make_network;
using test::replaced;
using test::StudyTest;
using test::trains;

namespace fs = std::filesystem;

constexpr int kUsage = 2;
constexpr int kFailure = 1;

class BadDataTest : public StudyTest {
 protected:
  void expect_run_fails(const std::vector<std::string>& words) const {
    expect_refusal({"run", "study.toml", "--out", "out"}, kFailure, words);
  }
  void cut(const std::string& file, std::uintmax_t bytes) const {
    fs::resize_file(folder() / file, fs::file_size(folder() / file) - bytes);
  }
};

TEST_F(BadDataTest, MissingSampleFileIsNamed) {
  fs::remove(folder() / "search.safetensors");
  expect_run_fails({"cannot read search.safetensors: No such file or directory; check"});
}

TEST_F(BadDataTest, TruncatedSampleFileIsNamed) {
  cut("test.safetensors", 1);
  expect_run_fails({"test.safetensors: ", "the file is truncated"});
}

TEST_F(BadDataTest, SampleFileWithoutImagesIsNamed) {
  fs::copy_file(folder() / "network.safetensors", folder() / "test.safetensors",
                fs::copy_options::overwrite_existing);
  expect_run_fails({"test.safetensors: ", "no sample set of Bitline"});
}

// Labels of two classes are 0 and 1; save_samples refuses others, so the file is changed after.
TEST_F(BadDataTest, LabelOutOfRangeIsNamedWithItsImage) {
  SafeTensors file = read_safetensors(folder() / "search.safetensors");
  file.tensors.at("labels").data<std::uint8_t>()[7] = 2;
  write_safetensors(folder() / "search.safetensors", file);
  expect_run_fails({"search.safetensors: label 2 of image 7 is outside 0 to 1", "damaged"});
}

TEST_F(BadDataTest, ImagesOfAnotherSizeAreRefused) {
  save_samples(folder() / "search.safetensors", make_images(20, 9, 1));
  expect_refusal(
      {"run", "study.toml", "--out", "out"}, kUsage,
      {"[3, 9, 9]", "network 'small' takes [3, 8, 8]", "images and network of one dataset"});
}

/// The study on CIFAR-10 in the folder "cifar".
class BadCifarTest : public BadDataTest {
 protected:
  // One record is a label and 32 x 32 pixels of three colours; a file holds 10000 of them.
  static constexpr std::uintmax_t kRecord = 1 + 3 * 32 * 32;
  static constexpr std::uintmax_t kFile = 10000 * kRecord;

  BadCifarTest() {
    write("study.toml",
          replaced(kStudy, "format = \"samples\"", "format = \"cifar10\"\nfolder = \"cifar\""));
    make_folder(folder() / "cifar");
  }
  /// The first training file with `bytes` zeros, without taking room on the disk.
  void make_first_file(std::uintmax_t bytes) const {
    write("cifar/data_batch_1.bin", "");
    fs::resize_file(folder() / "cifar/data_batch_1.bin", bytes);
  }
};

TEST_F(BadCifarTest, MissingFileIsNamedWithItsSource) {
  expect_run_fails({"cifar/data_batch_1.bin is missing", "cifar-10-binary.tar.gz"});
}

TEST_F(BadCifarTest, TruncatedFileIsNamed) {
  make_first_file(kFile - 1);
  expect_run_fails({"cifar/data_batch_1.bin has 30729999 bytes instead of 30730000", "truncated"});
}

TEST_F(BadCifarTest, LabelOutOfRangeIsNamedWithItsRecord) {
  make_first_file(3 * kRecord);
  std::string labels = read("cifar/data_batch_1.bin");
  labels[2 * kRecord] = 10;
  write("cifar/data_batch_1.bin", labels);
  fs::resize_file(folder() / "cifar/data_batch_1.bin", kFile);
  expect_run_fails({"cifar/data_batch_1.bin: label 10 of record 2 is outside 0 to 9"});
}

TEST_F(BadCifarTest, MissingFolderIsAMistakeInTheConfiguration) {
  write("study.toml", replaced(read("study.toml"), "folder = \"cifar\"\n", ""));
  expect_refusal({"run", "study.toml", "--out", "out"}, kUsage,
                 {"data.folder is not set", "BITLINE_DATA"});
}

TEST_F(BadDataTest, MissingNetworkIsNamed) {
  fs::remove(folder() / "network.safetensors");
  expect_run_fails({"cannot read network.safetensors: No such file or directory; check"});
}

TEST_F(BadDataTest, TruncatedNetworkIsNamed) {
  cut("network.safetensors", 4);
  expect_run_fails({"network.safetensors: ", "the file is truncated"});
}

TEST_F(BadDataTest, FileWithoutNetworkIsNamed) {
  fs::copy_file(folder() / "test.safetensors", folder() / "network.safetensors",
                fs::copy_options::overwrite_existing);
  expect_run_fails({"network.safetensors: ", "tensors but no network"});
}

TEST_F(BadDataTest, NanInWeightsIsNamed) {
  Network network = make_network();
  network.tensors.at("conv2.weight") = network.tensors.at("conv2.weight").clone();
  network.tensors.at("conv2.weight").data<float>()[5] = std::numeric_limits<float>::quiet_NaN();
  write_network(folder() / "network.safetensors", network);
  expect_run_fails({"network.safetensors: node 'conv2' (conv): parameter 'weight' holds nan"});
}

TEST_F(BadDataTest, StepOfZeroIsNamed) {
  Network network = make_network();
  network.quant.at("relu1").scale = Tensor(DType::kF32, {1});
  write_network(folder() / "network.safetensors", network);
  expect_run_fails({"network.safetensors: relu1: scale 0 is not a positive number"});
}

TEST_F(BadDataTest, NetworkWithRealWeightsIsRefused) {
  write_network(folder() / "network.safetensors", make_float_network(4));
  expect_run_fails({"no layer of network 'small' has integer grids", "train it on grids"});
}

/// The study trains the network for one epoch.
class BadCheckpointTest : public BadDataTest {
 protected:
  void SetUp() override {
    if (!trains()) GTEST_SKIP() << kNoTraining;
  }
  BadCheckpointTest() {
    write("study.toml", std::string(kStudy) + "[train]\nepochs = 1\nholdout = 0\noutput = \"t\"\n");
  }
};

TEST_F(BadCheckpointTest, CheckpointOfAnotherNetworkIsRefused) {
  ASSERT_EQ(run({"train", "study.toml"}).exit_code, 0);
  write_network(folder() / "network.safetensors", make_float_network(8));
  const std::string checkpoint = read("t.checkpoint");
  expect_refusal({"train", "study.toml", "--resume"}, kFailure,
                 {"t.checkpoint was made by another recipe", "start without --resume"});
  EXPECT_EQ(read("t.checkpoint"), checkpoint);
}

TEST_F(BadCheckpointTest, MissingCheckpointIsNamed) {
  expect_refusal({"train", "study.toml", "--resume"}, kFailure, {"cannot read t.checkpoint"});
}

TEST_F(BadCheckpointTest, NetworkWithoutTrainingStateIsNoCheckpoint) {
  fs::copy_file(folder() / "network.safetensors", folder() / "t.checkpoint");
  expect_refusal({"train", "study.toml", "--resume"}, kFailure,
                 {"t.checkpoint: a network, but no training checkpoint", "without --resume"});
}

/// plan.json with 3 levels and delta 12 for conv2, whose 16 rows give sums of -16 to 16.
class BadPlanTest : public BadDataTest {
 protected:
  BadPlanTest() {
    AdcPlan plan;
    PlannedAdc& adc = plan.layers["conv2"];
    adc.spec.levels = 3;
    adc.spec.delta = 12;
    adc.sums.minimum = -16;
    adc.sums.maximum = 16;
    write("plan.json", to_json(plan));
  }
  void expect_refused_with(const std::string& from, const std::string& to,
                           const std::vector<std::string>& words) const {
    write("plan.json", replaced(read("plan.json"), from, to));
    expect_refusal({"evaluate", "study.toml", "--plan", "plan.json"}, kFailure, words);
  }
};

TEST_F(BadPlanTest, GoodPlanIsEvaluated) {
  EXPECT_EQ(run({"evaluate", "study.toml", "--plan", "plan.json"}).exit_code, 0);
}

/// Flipped columns leave the bounds of the sums as they are, and only their signs change.
TEST_F(BadDataTest, PlanOfAnotherMappingIsRefused) {
  ASSERT_EQ(run({"search", "study.toml", "--set", "search.levels=[3]", "--set",
                 "search.ranges=[\"network-wise\"]", "--out", "."})
                .exit_code,
            0);
  const std::string plan = "L3-network-wise.json";
  EXPECT_EQ(run({"evaluate", "study.toml", "--plan", plan}).exit_code, 0);
  expect_refusal({"evaluate", "study.toml", "--plan", plan, "--set", "array.column_flip=sign"},
                 kUsage,
                 {"found on an array with column_flip = none, and this one has sign",
                  "set array.column_flip = none", "take \"array\" out of the plan"});
}

TEST_F(BadPlanTest, DeltaBeyondThePossibleSumsIsNamed) {
  expect_refused_with(
      "\"delta\": 12", "\"delta\": 17",
      {"plan.json: ADC plan: layer conv2: delta 17 exceeds 16", "choose 1/2 to 16"});
}

TEST_F(BadPlanTest, OneLevelIsNamed) {
  expect_refused_with("\"levels\": 3", "\"levels\": 1", {"layer conv2: levels 1 is below 2"});
}

TEST_F(BadPlanTest, LayerThatTheNetworkLacksIsNamedWithTheNearest) {
  expect_refused_with("conv2", "covn2", {"layer covn2", "has no layer", "'conv2'"});
}

TEST_F(BadPlanTest, LayerThatStaysDigitalIsNamed) {
  expect_refused_with("conv2", "conv1", {"layer conv1", "stays digital", "first_layer"});
}

TEST_F(BadPlanTest, PlanForAnotherArrayIsRefused) {
  expect_refusal({"evaluate", "study.toml", "--plan", "plan.json", "--set", "array.rows=8"},
                 kFailure, {"layer conv2", "-16 to 16", "-8 to 8", "search again"});
}

TEST_F(BadPlanTest, TextThatIsNoPlanIsRefused) {
  expect_refused_with("{\n  \"", "{\n  ",
                      {"plan.json: ADC plan: not JSON", "write the plan again"});
}

// 16 rows of one-bit cells and digits: no sum is larger than 16.
TEST_F(BadDataTest, ADeltaStepBeyondTheSumsIsRefusedBeforeImagesAreRead) {
  std::filesystem::remove(folder() / "search.safetensors");
  for (const char* command : {"search", "run"})
    expect_refusal({command, "study.toml", "--set", "search.delta_step=17"}, 2,
                   {"search.delta_step 17 exceeds 16, the largest possible sum"});
  expect_refusal({"search", "study.toml", "--set", "search.delta_step=16"}, 1,
                 {"search.safetensors"});
}

}  // namespace
}  // namespace bitline::cli
