// A mistake in the command line or the configuration: exit code 2, and nothing is made.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::BadInput;
using test::kNoTraining;
using test::kStudy;
using test::make_network;
using test::Outcome;
using test::replaced;
using test::StudyTest;
using test::trains;

constexpr int kUsage = 2;

class ConfigMistake : public StudyTest, public testing::WithParamInterface<BadInput> {};

TEST_P(ConfigMistake, IsNamedWithItsPlaceAndTheRemedy) {
  write("study.toml", replaced(kStudy, GetParam().from, GetParam().to));
  expect_refusal({"run", "study.toml", "--out", "out"}, kUsage, GetParam().words);
}

const std::string kRows = "rows = 16";

INSTANTIATE_TEST_SUITE_P(
    All, ConfigMistake,
    testing::Values(
        BadInput{"MisspeltKey",
                 kRows,
                 "rwos = 16",
                 {"study.toml:14:1: unknown key 'array.rwos'", "did you mean 'rows'?"}},
        BadInput{"MisspeltTable",
                 "[search]",
                 "[serach]",
                 {"study.toml:16:2: unknown key 'serach'", "did you mean 'search'?"}},
        BadInput{"UnknownKey",
                 kRows,
                 "rows = 16\ncolour = 3",
                 {"study.toml:15:1: unknown key 'array.colour'", "known here: ", "cell_bits"}},
        BadInput{"TextForNumber",
                 kRows,
                 "rows = \"many\"",
                 {"study.toml:14:8: array.rows has to be a whole number, found the text 'many'"}},
        BadInput{"NumberForTable",
                 "[array]\nrows = 16",
                 "[array.rows]\nx = 16",
                 {"array.rows has to be a whole number, found a table"}},
        BadInput{"NotToml", kRows, "rows 16", {"study.toml:14:6: "}},
        BadInput{"MisspeltChoice",
                 kRows,
                 "encoding = \"diferential\"",
                 {"array.encoding = 'diferential'", "did you mean 'differential'?"}},
        BadInput{"MisspeltMode",
                 "[\"layer-wise\"]",
                 "[\"layerwise\"]",
                 {"layerwise", "layer-wise", "network-wise"}},
        BadInput{"MisspeltObjective",
                 "max_loss = 100.0",
                 "objective = \"acuracy\"",
                 {"acuracy", "accuracy", "agreement"}},
        BadInput{"OneLevel",
                 "levels = [3]",
                 "levels = [3, 1]",
                 {"study.toml:17:", "search.levels[1] = 1", "2"}},
        BadInput{"CellBits", kRows, "cell_bits = 5", {"array.cell_bits = 5 is outside 1 to 4"}},
        BadInput{"DacBits", kRows, "dac_bits = 0", {"array.dac_bits = 0 is outside 1 to 4"}},
        BadInput{"WeightBits",
                 "[array]",
                 "[quantize]\nweight_bits = 9\n[array]",
                 {"quantize.weight_bits = 9 is outside 1 to 8"}},
        BadInput{"NoRows", kRows, "rows = 0", {"array.rows = 0"}},
        BadInput{"BipolarCellsOfTwoBits",
                 kRows,
                 "encoding = \"bipolar\"\ncell_bits = 2",
                 {"cell_bits = 2", "encoding = bipolar", "set cell_bits to 1"}},
        BadInput{"RowsBelowTheKernel",
                 kRows,
                 "rows = 8\nrow_order = \"whole-channels\"",
                 {"layer conv2", "8 rows are fewer than the 9 of a 3 x 3 kernel",
                  "drive at least 9 rows"}},
        BadInput{"NoModel",
                 "file = \"network.safetensors\"",
                 "width = 1.0",
                 {"model.file", "model.name"}},
        BadInput{"UnknownModel",
                 "file = \"network.safetensors\"",
                 "name = \"resnet21\"\n[quantize]",
                 {"resnet21", "resnet20", "vgg9"}},
        BadInput{"WeightsBesideANetworkFile",
                 "file = \"network.safetensors\"",
                 "file = \"network.safetensors\"\nweights = \"w.pt\"",
                 {"model.weights goes with model.name"}},
        BadInput{"MatchWithoutWeights",
                 "file = \"network.safetensors\"",
                 "name = \"vgg9\"\nmatch = \"order\"",
                 {"model.match", "say how to read model.weights; set that too"}},
        BadInput{"RenameAndOrder",
                 "file = \"network.safetensors\"",
                 "name = \"vgg9\"\nweights = \"w.pt\"\nmatch = \"order\"\nrename = {a = \"b\"}",
                 {"looks at no names", "[model.rename]"}},
        BadInput{"WidthBesideANetworkFile",
                 "file = \"network.safetensors\"",
                 "file = \"network.safetensors\"\nwidth = 0.5",
                 {"model.width goes with model.name"}},
        BadInput{"SampleFilesWithoutTheirFormat",
                 "format = \"samples\"\n",
                 "",
                 {"data.search_file and data.test_file go with a data.format"}},
        BadInput{"StepOfThreeQuarters",
                 "max_loss = 100.0",
                 "delta_step = 0.75",
                 {"delta_step 3/4 is not a positive multiple of 1/2"}},
        BadInput{
            "NoRanges", "[\"layer-wise\"]", "[]", {"study.toml:18:", "search.ranges is empty"}},
        BadInput{"LevelsTwice",
                 "levels = [3]",
                 "levels = [3, 3]",
                 {"study.toml:17:", "search.levels names 3 twice"}},
        BadInput{"NoLevelsToAllocate",
                 "[search]",
                 "[allocate]\nlevels = []\n[search]",
                 {"allocate.levels is empty"}},
        BadInput{"StepRuleOfZeroRise",
                 "[search]",
                 "[adc]\nquantizer = \"zero-rise\"\nstep_rule = \"codes\"\n[search]",
                 {"adc.step_rule", "step rule codes is of no use to zero-rise"}},
        BadInput{"MeasuredWithoutACurve",
                 "[\"layer-wise\"]",
                 "[\"measured\"]",
                 {"name its CSV file in adc.table"}},
        BadInput{"NothingToCompare",
                 "[search]",
                 "[compare]\nmethods = []\n[search]",
                 {"compare.methods is empty"}},
        BadInput{
            "NoSampleFile", "search_file = \"search.safetensors\"\n", "", {"data.search_file"}},
        BadInput{"MoreImagesThanThereAre",
                 "images_per_class = 10",
                 "images_per_class = 11",
                 {"class 0 has 10 images", "11", "ask for fewer"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(StudyTest, MisspeltSettingIsNamedWithTheNearestKey) {
  expect_refusal({"run", "study.toml", "--out", "out", "--set", "array.rwos=64"}, kUsage,
                 {"--set array.rwos=64: unknown key 'array.rwos'", "did you mean 'rows'?"});
}

TEST_F(StudyTest, SettingOfAnotherTypeIsNamed) {
  expect_refusal({"run", "study.toml", "--out", "out", "--set", "array.rows=many"}, kUsage,
                 {"--set array.rows=many", "has to be a whole number, found the text 'many'"});
}

TEST_F(StudyTest, SettingWithoutValueIsNamed) {
  expect_refusal({"run", "study.toml", "--out", "out", "--set", "array.rows"}, kUsage,
                 {"--set array.rows", "write table.key=value"});
}

TEST_F(StudyTest, SettingsMayStandBeforeTheConfigurationFile) {
  EXPECT_EQ(run({"inspect", "--set", "array.rows=8", "--set", "array.dac_bits=2", "study.toml"})
                .exit_code,
            0);
}

TEST_F(StudyTest, MissingConfigurationFileIsNamed) {
  expect_refusal({"run", "studdy.toml", "--out", "out"}, kUsage,
                 {"cannot read studdy.toml: No such file or directory"});
}

TEST_F(StudyTest, FolderForAConfigurationFileIsRefused) {
  expect_refusal({"run", ".", "--out", "out"}, kUsage, {"cannot read .", "not a regular file"});
}

TEST_F(StudyTest, SubcommandWithoutItsConfigurationFileIsRefused) {
  expect_refusal({"run"}, kUsage, {"CONFIG is required", "--help"});
}

TEST_F(StudyTest, MissingSubcommandIsRefused) {
  expect_refusal({}, kUsage, {"A subcommand is required", "--help"});
}

TEST_F(StudyTest, UnknownSubcommandIsNamed) {
  expect_refusal({"rnu", "study.toml"}, kUsage, {"rnu", "--help"});
}

TEST_F(StudyTest, UnknownOptionIsNamed) {
  expect_refusal({"run", "study.toml", "--outt", "out"}, kUsage, {"--outt", "--help"});
}

TEST_F(StudyTest, UnknownEngineIsNamed) {
  expect_refusal({"evaluate", "study.toml", "--engine", "fast"}, kUsage, {"fast", "reference"});
}

// The grid of one bit holds -1 and +1, which a pair of cells under `differential` has no plane for.
TEST_F(StudyTest, WeightsOfOneBitUnderDifferentialAreRefused) {
  QuantizeOptions options;
  options.weight_bits = 1;
  options.odd_weights = true;
  write_network(folder() / "network.safetensors", make_network(options));
  expect_refusal({"run", "study.toml", "--out", "out", "--set", "array.encoding=differential"},
                 kUsage, {"layer conv2", "encoding = differential", "take encoding = bipolar"});
}

TEST_F(StudyTest, TrainingWeightsOfOneBitOnTheOrdinaryGridIsRefused) {
  if (!trains()) GTEST_SKIP() << kNoTraining;
  write("study.toml", std::string(kStudy) + "[quantize]\nweight_bits = 1\n[train]\nholdout = 0\n");
  expect_refusal({"train", "study.toml"}, kUsage, {"weight_bits = 1", "set weight_grid = \"odd\""});
}

TEST_F(StudyTest, UnknownTrainingDeviceIsNamed) {
  if (!trains()) GTEST_SKIP() << kNoTraining;
  write("study.toml", std::string(kStudy) + "[train]\nholdout = 0\ndevice = \"gpu\"\n");
  expect_refusal({"train", "study.toml"}, kUsage, {"gpu", "cpu or cuda"});
}

TEST_F(StudyTest, VersionIsShown) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output,
              testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+ \\(.+\\), kernels for [a-z0-9-]+\n"));
}

TEST_F(StudyTest, EverySubcommandHasHelp) {
  const Outcome all = run({"--help"});
  EXPECT_EQ(all.exit_code, 0);
  std::istringstream lines(all.output.substr(all.output.find("Subcommands:")));
  int subcommands = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ")) continue;
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    const Outcome help = run({name, "--help"});
    EXPECT_EQ(help.exit_code, 0) << name;
    EXPECT_THAT(help.output, testing::HasSubstr("Usage: bitline " + name));
    ++subcommands;
  }
  EXPECT_GE(subcommands, 7);  // run, train, inspect, search, recalibrate, evaluate, sample
}

}  // namespace
}  // namespace bitline::cli
