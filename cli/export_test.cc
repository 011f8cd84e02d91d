// bitline export, as a user calls it.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;

constexpr int kUsage = 2;

class ExportTest : public StudyTest {};

TEST_F(ExportTest, AnOnnxFileScoresLikeTheNetwork) {
  const Outcome before = run({"evaluate", "study.toml", "--mode", "lossless"});
  ASSERT_EQ(before.exit_code, 0);
  for (const char* format : {"qonnx", "qdq"}) {
    const Outcome exported =
        run({"export", "network.safetensors", "--to", format, "--out", "exported.onnx"});
    EXPECT_EQ(exported.exit_code, 0);
    EXPECT_THAT(exported.output, testing::HasSubstr("exported.onnx"));
    const Outcome after =
        run({"evaluate", "study.toml", "--mode", "lossless", "--set", "model.file=exported.onnx"});
    EXPECT_EQ(after.output, before.output);
  }
}

TEST_F(ExportTest, ArraysGoIntoAnNpzWithTheirAdcs) {
  ASSERT_EQ(run({"search", "study.toml", "--out", "."}).exit_code, 0);
  const std::vector<std::string> words{"export", "study.toml", "--to",   "npz",
                                       "--out",  "layers.npz", "--plan", "L3-layer-wise.json"};
  EXPECT_EQ(run(words).exit_code, 0);
  EXPECT_THAT(read("layers.npz"), testing::HasSubstr("conv3.digits.npy"));
  EXPECT_THAT(read("layers.npz"), testing::HasSubstr("conv3.adc.thresholds.npy"));
}

TEST_F(ExportTest, GoldenVectorsOfChosenLayers) {
  const Outcome outcome = run({"export", "study.toml", "--to", "golden", "--out", "golden",
                               "--layers", "conv3", "--images", "2"});
  EXPECT_EQ(outcome.exit_code, 0);
  const std::set<std::string> written = files();
  EXPECT_THAT(read("golden/manifest.json"), testing::HasSubstr("conv3"));
  EXPECT_TRUE(written.contains("golden/conv3/outputs.hex"));
  EXPECT_FALSE(written.contains("golden/conv2/outputs.hex"));
  EXPECT_EQ(run({"export", "study.toml", "--to", "golden", "--out", "both", "--layers", "conv2",
                 "conv3", "--images", "1"})
                .exit_code,
            0);
  EXPECT_TRUE(files().contains("both/conv2/outputs.hex"));
  EXPECT_TRUE(files().contains("both/conv3/outputs.hex"));
}

TEST_F(ExportTest, RefusesWhatHasNoMeaning) {
  expect_refusal({"export", "network.safetensors", "--to", "golden", "--out", "golden"}, kUsage,
                 {"need images", "configuration"});
  expect_refusal({"export", "study.toml", "--to", "npz", "--out", "a.npz", "--images", "2"}, kUsage,
                 {"--images", "npz"});
  expect_refusal({"export", "study.toml", "--to", "qdq", "--out", "a.onnx", "--layers", "conv2"},
                 kUsage, {"--layers", "qdq"});
  expect_refusal(
      {"export", "network.safetensors", "--to", "qdq", "--out", "a.onnx", "--images", "2"}, kUsage,
      {"need images", "configuration"});
  expect_refusal({"export", "study.toml", "--to", "golden", "--out", "golden", "--layers", "conv1"},
                 kUsage, {"'conv1' is no layer on the array", "there are: conv2, conv3"});
  expect_refusal({"export", "study.toml", "--to", "golden", "--out", "golden", "--layers", "conv7"},
                 kUsage, {"'conv7' is no layer on the array"});
  expect_refusal({"export", "study.toml", "--to", "golden", "--out", "golden", "--images", "2000"},
                 kUsage, {"2000 images", "1 to 20"});
  expect_refusal({"export", "study.toml", "--to", "tflite", "--out", "a"}, kUsage, {"--to"});
}

}  // namespace
}  // namespace bitline::cli
