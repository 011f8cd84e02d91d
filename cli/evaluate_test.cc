// bitline evaluate, as a user calls it.
#include "bitline/base/npy_writer.h"
#include "bitline/data/npy.h"
#include "bitline/testing/json_study.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::JsonStudyTest;
using test::make_float_network;
using test::Outcome;

class EvaluateTest : public JsonStudyTest {
 protected:
  EvaluateTest() { EXPECT_EQ(run({"search", "study.toml", "--out", "."}).exit_code, 0); }

  nlohmann::json evaluate(std::vector<std::string> words) {
    words.insert(words.begin(), {"evaluate", "study.toml"});
    return result_of(words);
  }

  /// A network on grids, with its batch-norm folded into the weights or not.
  void write_quantized(const std::string& file, const std::string& fold) {
    write_network(folder() / "float.safetensors", make_float_network(4, 2));
    EXPECT_EQ(run({"quantize", "study.toml", "--set", "model.file=float.safetensors", "--set",
                   "quantize.fold_batch_norm=" + fold, "--out", file})
                  .exit_code,
              0);
  }
};

// 20 training and 20 test images of two classes.
TEST_F(EvaluateTest, TakesTheImagesThatAreNamed) {
  const auto images_on = [this](const std::string& on) {
    const auto json = evaluate({"--on", on, "--set", "data.images_per_class=7", "--set",
                                "data.validation_per_class=2", "--set", "retrain.holdout=5"});
    EXPECT_EQ(json.at("on"), on);
    return json.at("evaluations").at(0).at("images").get<int>();
  };
  EXPECT_EQ(images_on("test"), 20);
  EXPECT_EQ(images_on("search"), 14);
  EXPECT_EQ(images_on("validation"), 4);
  EXPECT_EQ(images_on("holdout"), 5);
  expect_refusal({"evaluate", "study.toml", "--on", "validation"}, 2, {"data.images_per_class"});
  expect_refusal({"evaluate", "study.toml", "--on", "holdout", "--set", "retrain.holdout=0"}, 2,
                 {"retrain.holdout"});
}

// 10 of each class are there.
TEST_F(EvaluateTest, APartOfTheTestSetIsTakenAndNamed) {
  const std::vector<std::string> part{"--set", "data.test_per_class=4"};
  const auto json = evaluate(part);
  EXPECT_EQ(json.at("evaluations").at(0).at("images"), 8);
  EXPECT_EQ(json.at("test_per_class"), 4);
  const Outcome outcome = run({"evaluate", "study.toml", "--set", "data.test_per_class=4"});
  EXPECT_THAT(outcome.output, testing::HasSubstr("Test images: 4 of each class, not the whole"));
  EXPECT_EQ(evaluate({}).at("test_per_class"), 0);
  EXPECT_EQ(evaluate({"--on", "search", part[0], part[1]}).at("test_per_class"), 0);
}

TEST_F(EvaluateTest, APartOfTheTestSetIsRefusedWhereTheWholeIsMeant) {
  const std::string part = "data.test_per_class=4";
  expect_refusal({"evaluate", "study.toml", "--set", part, "--logits", "a.npy"}, 2,
                 {"data.test_per_class = 4", "--set data.test_per_class=0"});
  expect_refusal({"evaluate", "study.toml", "--set", part, "--compare", "a.npy"}, 2,
                 {"data.test_per_class = 4"});
  expect_refusal({"sample", "study.toml", "--set", part, "--split", "test", "--per-class", "2",
                  "--out", "s.safetensors"},
                 2, {"data.test_per_class = 4"});
  expect_refusal({"evaluate", "study.toml", "--set", "data.test_per_class=11"}, 2,
                 {"data.test_per_class: class 0 has 10 images"});
}

// What evaluate says of both networks on the same images.
TEST_F(EvaluateTest, QuantizeSaysWhatTheGridsCost) {
  write_network(folder() / "float.safetensors", make_float_network(4, 2));
  const std::vector<std::string> settings{"--set", "data.images_per_class=6", "--set",
                                          "quantize.weight_bits=2"};
  const auto correct = [&](const std::string& file, const std::string& mode) {
    std::vector<std::string> words{"--set", "model.file=" + file, "--on", "validation", "--mode",
                                   mode};
    words.insert(words.end(), settings.begin(), settings.end());
    return evaluate(words).at("evaluations").at(0).at("correct");
  };
  std::vector<std::string> words{
      "quantize", "study.toml", "--set", "model.file=float.safetensors", "--out", "q.safetensors"};
  words.insert(words.end(), settings.begin(), settings.end());
  EXPECT_THAT(run(words).output,
              testing::ContainsRegex("On 8 validation images: [0-9.]+ % in float, [0-9.]+ % on the "
                                     "grids"));
  words.emplace_back("--json");
  const auto loss = result_of(words).at("calibrated_loss");
  EXPECT_EQ(loss.at("images"), "validation");
  EXPECT_EQ(loss.at("float").at("correct"), correct("float.safetensors", "float"));
  EXPECT_EQ(loss.at("integers").at("correct"), correct("q.safetensors", "lossless"));
}

TEST_F(EvaluateTest, WritesLogitsThatCompareEqual) {
  ASSERT_EQ(run({"evaluate", "study.toml", "--logits", "a.npy"}).exit_code, 0);
  const Tensor logits = parse_npy(read_file(folder() / "a.npy"));
  EXPECT_EQ(logits.shape(), (Shape{20, 2}));
  EXPECT_EQ(logits.dtype(), DType::kF32);
  const Outcome same = run({"evaluate", "study.toml", "--compare", "a.npy"});
  EXPECT_THAT(same.output, testing::HasSubstr("a.npy: the same 40 values\n"));
  EXPECT_THAT(same.output, testing::HasSubstr("a.npy: 0 of 20 images are answered differently\n"));
}

TEST_F(EvaluateTest, NamesTheImagesThatAnotherProgramAnswersDifferently) {
  ASSERT_EQ(run({"evaluate", "study.toml", "--logits", "a.npy"}).exit_code, 0);
  Tensor logits = parse_npy(read_file(folder() / "a.npy"));
  for (const std::size_t image : {3U, 17U})
    std::swap(logits.data<float>()[2 * image], logits.data<float>()[2 * image + 1]);
  write_file_atomically(folder() / "b.npy", npy_file(logits));
  const auto json = evaluate({"--compare", "b.npy"}).at("compared");
  EXPECT_EQ(json.at("values_that_differ"), 4);
  EXPECT_EQ(json.at("answers_that_differ"), nlohmann::json({3, 17}));
  expect_refusal({"evaluate", "study.toml", "--compare", "b.npy", "--values", "conv2"}, 2,
                 {"b.npy", "[20, 2]", "[20, 4, 8, 8]"});
}

// Behind the ReLU values stand on 4 bits; the convolution's own sums are real numbers.
TEST_F(EvaluateTest, WritesIntegersOfANodeOnAGrid) {
  const auto values_of = [&](const std::string& node) {
    EXPECT_EQ(run({"evaluate", "study.toml", "--logits", "v.npy", "--values", node}).exit_code, 0);
    return parse_npy(read_file(folder() / "v.npy"));
  };
  const Tensor relu = values_of("relu2");
  EXPECT_EQ(relu.dtype(), DType::kI32);
  EXPECT_EQ(relu.shape(), (Shape{20, 4, 8, 8}));
  for (const std::int32_t value : relu.data<std::int32_t>()) {
    EXPECT_GE(value, 0);
    EXPECT_LE(value, 15);
  }
  EXPECT_EQ(values_of("conv2").dtype(), DType::kF32);
  expect_refusal({"evaluate", "study.toml", "--values", "conv2"}, 2, {"--logits or --compare"});
  expect_refusal({"evaluate", "study.toml", "--values", "relu9", "--logits", "v.npy"}, 1,
                 {"relu9", "relu"});
}

// The network's file does not say by which mean and deviation, nor does study.toml.
TEST_F(EvaluateTest, SaysWhichNormalizationItTookUnasked) {
  const auto says = testing::HasSubstr("Assumed: data.mean = [0.4914, 0.4822, 0.4465]");
  EXPECT_THAT(run({"evaluate", "study.toml"}).output, says);
  EXPECT_EQ(evaluate({}).at("assumed").size(), 1U);
  const std::vector<std::string> given{"--set", "data.mean=0.5", "--set", "data.deviation=0.25"};
  EXPECT_EQ(evaluate(given).at("assumed").size(), 0U);
  for (const char* command : {"run", "search", "profile", "explain", "recalibrate", "allocate"}) {
    std::vector<std::string> words{command, "study.toml", "--set", "allocate.levels=[3, 4]"};
    const std::string_view name = command;
    if (name == "explain" || name == "recalibrate")
      words.insert(words.end(), {"--plan", "L3-layer-wise.json"});
    if (name != "explain")
      words.insert(words.end(), {"--out", name == "recalibrate" ? "r.safetensors" : "out"});
    EXPECT_THAT(run(words).output, says) << command;
    words.insert(words.end(), given.begin(), given.end());
    EXPECT_THAT(run(words).output, testing::Not(testing::HasSubstr("Assumed"))) << command;
  }
}

TEST_F(EvaluateTest, RunRemembersWhichNormalizationItTookUnasked) {
  EXPECT_EQ(result_of({"run", "study.toml", "--out", "r"}).at("assumed").size(), 1U);
  EXPECT_THAT(read("r/run.json"), testing::HasSubstr("data.mean = [0.4914"));
  EXPECT_THAT(read("r/report.html"), testing::HasSubstr("Assumed: data.mean = [0.4914"));
}

TEST_F(EvaluateTest, RefusesAMeanFor0To255AndSaysWhatWasMeant) {
  expect_refusal({"evaluate", "study.toml", "--set", "data.mean=127.5"}, 2,
                 {"test.safetensors", "data.mean = [127.5]", "mean = [0.5]"});
}

TEST_F(EvaluateTest, TriesTheUsualNormalizationsOnTheSearchSample) {
  const Outcome outcome = run({"evaluate", "study.toml", "--try-normalization"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("on 20 images of the search sample"));
  for (const char* name : {"pixels of 0 to 1 ", "-1 to 1 ", "pixels of 0 to 255 ", "ImageNet ",
                           "CIFAR-10 ", "CIFAR-100 ", "<- taken unless given"})
    EXPECT_THAT(outcome.output, testing::HasSubstr(name));
  const auto found = evaluate({"--try-normalization"});
  const auto& best = found.at("normalizations").at("trials").at(0);
  EXPECT_EQ(evaluate({"--on", "search", "--set", "data.mean=" + best.at("mean").dump(), "--set",
                      "data.deviation=" + best.at("deviation").dump()})
                .at("evaluations")
                .at(0)
                .at("correct"),
            best.at("correct"));
  expect_refusal({"evaluate", "study.toml", "--try-normalization", "--plan", "L3-layer-wise.json"},
                 2, {"--plan"});
  expect_refusal({"evaluate", "study.toml", "--try-normalization", "--on", "test"}, 2, {"--on"});
}

// Labels that say the same of every image have nothing to do with it.
TEST_F(EvaluateTest, DoubtsAnswersThatCouldBeGuessed) {
  Samples wrong = load_samples(folder() / "test.safetensors");
  const auto outcome = [&] {
    save_samples(folder() / "odd.safetensors", wrong);
    return run({"evaluate", "study.toml", "--set", "data.test_file=odd.safetensors"}).output;
  };
  const int right = evaluate({}).at("evaluations").at(0).at("correct").get<int>();
  // Exchanged labels turn 10 + n right answers of 20 into 10 − n.
  if (right > 10)
    for (std::int32_t& label : wrong.data.labels) label = 1 - label;
  EXPECT_THAT(outcome(), testing::HasSubstr("Doubt: a guess among 2 classes does as well"));
}

TEST_F(EvaluateTest, AModeWithoutAdcsTakesNoPlan) {
  for (const char* mode : {"lossless", "float"})
    for (const char* option : {"--plan", "--against"})
      expect_refusal({"evaluate", "study.toml", option, "L3-layer-wise.json", "--mode", mode}, 2,
                     {std::string("--mode ") + mode, "leave one of them out"});
}

TEST_F(EvaluateTest, ASecondPlanThatIsNotThereIsRefusedBeforeAnythingIsMeasured) {
  const Outcome outcome = run({"evaluate", "study.toml", "--against", "missing.json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, testing::ElementsAre(testing::HasSubstr("missing.json")));
  EXPECT_EQ(outcome.output, "");
}

TEST_F(EvaluateTest, RecalibratesANetworkWithoutBatchNormAndSaysHow) {
  write_quantized("folded.safetensors", "true");
  const std::string network = "model.file=folded.safetensors";
  ASSERT_EQ(run({"search", "study.toml", "--set", network, "--out", "folded"}).exit_code, 0);
  const auto says = testing::HasSubstr("layers have no batch-norm of their own");
  const Outcome alone = run({"recalibrate", "study.toml", "--set", network, "--plan",
                             "folded/L3-layer-wise.json", "--out", "new.safetensors"});
  EXPECT_EQ(alone.exit_code, 0);
  EXPECT_THAT(alone.output, says);
  const Outcome outcome = run(
      {"run", "study.toml", "--set", network, "--set", "search.recalibrate=true", "--out", "r"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, says);
  EXPECT_THAT(read("r/results.csv"), testing::HasSubstr(",recalibrated,"));
  EXPECT_THAT(read("r/run.json"), testing::HasSubstr("\"given_batch_norm\": ["));
  EXPECT_THAT(read("r/report.html"), testing::HasSubstr("layers came without a batch-norm"));
}

TEST_F(EvaluateTest, SaysNothingOfBatchNormWhereEveryLayerHasOne) {
  const Outcome outcome = run(
      {"recalibrate", "study.toml", "--plan", "L3-layer-wise.json", "--out", "new.safetensors"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::Not(testing::HasSubstr("of their own")));
}

// Half a step of error at every sum of 0 is what recalibration would take out.
TEST_F(EvaluateTest, AdvisesRecalibrationWithAndWithoutBatchNorm) {
  const auto advice = [&](const std::string& fold) {
    const std::string network = fold + ".safetensors";
    write_quantized(network, fold);
    const std::vector<std::string> study{"study.toml",
                                         "--set",
                                         "model.file=" + network,
                                         "--set",
                                         "adc.quantizer=zero-rise",
                                         "--set",
                                         "search.levels=[4]",
                                         "--set",
                                         "search.ranges=[\"min-max\"]",
                                         "--set",
                                         "search.max_loss=0"};
    const auto output = [&](std::vector<std::string> words) {
      words.insert(words.begin() + 1, study.begin(), study.end());
      const Outcome outcome = run(words);
      EXPECT_EQ(outcome.exit_code, 0);
      return outcome.output;
    };
    const std::string table = output({"run", "--out", fold});
    return table + output({"explain", "--plan", fold + "/plans/L4-min-max.json"});
  };
  for (const std::string fold : {"false", "true"}) {
    const std::string given = advice(fold);
    EXPECT_THAT(given, testing::HasSubstr("search.recalibrate = true"));
    EXPECT_THAT(given, testing::HasSubstr("recalibration: "));
  }
}

TEST_F(EvaluateTest, ComparesTwoNetworks) {
  const std::string plan = "L3-layer-wise.json";
  ASSERT_EQ(
      run({"recalibrate", "study.toml", "--plan", plan, "--out", "new.safetensors"}).exit_code, 0);
  const auto right = [&](const std::vector<std::string>& words) {
    return evaluate(words).at("evaluations").at(0).at("correct").get<int>();
  };
  const int lossless = right({});
  const int before = right({"--plan", plan});
  const int after = right({"--plan", plan, "--set", "model.file=new.safetensors"});
  const auto against = [&](const std::string& network, std::vector<std::string> words) {
    words.insert(words.end(), {"--plan", plan, "--set", "model.file=new.safetensors",
                               "--against-network", network});
    const auto json = evaluate(words);
    EXPECT_EQ(json.at("evaluations").at(0).at("correct").get<int>(), after);
    EXPECT_EQ(json.at("evaluations").at(1).at("network"), network);
    return json.at("evaluations").at(1).at("correct").get<int>();
  };
  EXPECT_EQ(against("network.safetensors", {}), before);
  EXPECT_EQ(against("network.safetensors", {"--against", "lossless"}), lossless);
  ASSERT_EQ(run({"export", "network.safetensors", "--to", "qonnx", "--out", "same.onnx"}).exit_code,
            0);
  EXPECT_EQ(against("same.onnx", {"--against", "lossless"}), lossless);
}

}  // namespace
}  // namespace bitline::cli
