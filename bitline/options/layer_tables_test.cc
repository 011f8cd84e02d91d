// Tables of single layers in [array] and [adc].
#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/options/run_config.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::message_of;
using ::testing::HasSubstr;

RunConfig read(const std::string& toml, const std::vector<std::string>& settings = {}) {
  Config config = Config::from_text("model.name = 'vgg9'\n" + toml, "run.toml");
  for (const std::string& setting : settings) config.set(setting);
  return read_run_config(config);
}

std::string refusal(const std::string& toml, const std::vector<std::string>& settings = {}) {
  return message_of([&] { read(toml, settings); });
}

TEST(LayerTables, TakeWhatTheyDoNotSayFromTheTableOfAllLayers) {
  const RunConfig run = read(
      "[array]\nrows = 64\ncell_bits = 2\n[array.layers.\"stage1.conv1\"]\nrows = 32\n"
      "encoding = \"offset\"\n[adc]\ntie_rule = \"away\"\n[adc.layers.conv2]\n"
      "quantizer = \"zero-rise\"\n");
  ASSERT_EQ(run.array.layers.size(), 1U);
  ArraySpec expected = run.array.common;
  expected.rows = 32;
  expected.encoding = encodings::kOffset;
  EXPECT_EQ(run.array.of("stage1.conv1"), expected);
  EXPECT_EQ(run.array.of("conv2"), run.array.common);
  EXPECT_FALSE(run.array.layers.at("stage1.conv1").digital);
  EXPECT_EQ(run.adc.of("conv2").spec.quantizer, quantizers::kZeroRise);
  EXPECT_EQ(run.adc.of("conv2").spec.tie_rule, TieRule::kAway);
  EXPECT_EQ(run.adc.of("conv1").spec.quantizer, quantizers::kZeroTread);
}

TEST(LayerTables, ComeFromTheCommandLineToo) {
  const RunConfig run =
      read("[array]\nrows = 64\n",
           {"array.layers.conv1.rows=32", "array.layers.\"/block.1/Conv=2\".digital=true"});
  EXPECT_EQ(run.array.of("conv1").rows, 32);
  EXPECT_EQ(run.array.layers.at("/block.1/Conv=2").digital, true);
  const RunConfig again = read_run_config(Config::from_text(run.as_used, "as used"));
  EXPECT_EQ(again.array.layers.at("/block.1/Conv=2").digital, true);
}

TEST(LayerTables, EveryKeyIsThereOrSaysWhyNot) {
  const LayerArray own;
  visit_fields(own, [](const FieldText& field, const auto&, const auto&...) {
    const std::string key(field.key);
    const std::string message = refusal("", {"array.layers.conv1." + key + "={}"});
    EXPECT_THAT(message, HasSubstr("array.layers.conv1." + key)) << key;
    EXPECT_EQ(message.find("unknown"), std::string::npos) << message;
  });
}

TEST(LayerTables, RefuseInOneLine) {
  EXPECT_EQ(refusal("[array.layers.conv1]\nfirst_layer = \"mapped\"\n"),
            "run.toml:3:15: array.layers.conv1.first_layer is one for all layers: it is about the "
            "network's first and last layer; a single layer has `digital`");
  EXPECT_EQ(refusal("[array.layers.conv1]\nrosw = 3\n"),
            "run.toml:3:1: unknown key 'array.layers.conv1.rosw'; did you mean 'rows'?");
  EXPECT_EQ(refusal("[array.layers.conv1]\nrows = 0\n"),
            "run.toml:3:8: array.layers.conv1.rows = 0 is too small; the smallest is 1");
  EXPECT_EQ(refusal("[array.layers.conv1]\ndigital = 1\n"),
            "run.toml:3:11: array.layers.conv1.digital has to be true or false, found the whole "
            "number 1");
  EXPECT_EQ(refusal("[array]\nactive_rows = 64\n[array.layers.\"conv.1\"]\nrows = 32\n"),
            "array.layers.\"conv.1\": array: active_rows = 64 is out of range, set it to 0 … 32");
  EXPECT_EQ(refusal("[array.layers]\nrows = 32\n"),
            "run.toml:3:8: array.layers.rows has to be a table, found the whole number 32");
  EXPECT_EQ(refusal("[array.layers.features.0]\nrows = 32\n"),
            "run.toml:2:1: array.layers.features.0 is a table; put a name with dots in quotes");
  EXPECT_EQ(
      refusal("[adc.layers.conv1]\nquantizer = \"lossless\"\n"),
      "run.toml:3:13: adc.layers.conv1.quantizer = \"lossless\" has no range to search; choose "
      "zero-rise or zero-tread");
}

TEST(LayerTables, NameACurveOfTheirOwn) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "three.csv", "threshold,value\n,-1\n0,0\n1,1\n");
  const RunConfig run =
      read("", {"adc.layers.conv1.table=" + (folder.path() / "three.csv").string()});
  EXPECT_FALSE(run.adc.common.measured);
  EXPECT_EQ(run.adc.of("conv1").measured->levels, 3);
  EXPECT_EQ(run.adc.measured_levels(), 3);
}

TEST(AdcSharing, IsSaidInOneWayOfTwo) {
  EXPECT_EQ(read("[array]\nbit_lines_per_adc = 16\n").array.common.inputs_per_adc(), 8);
  EXPECT_THAT(refusal("[array]\nbit_lines_per_adc = 16\ncolumns_per_adc = 1\n"),
              HasSubstr("leave one of them out"));
  EXPECT_THAT(refusal("[array.layers.conv2]\nbit_lines_per_adc = 16\ncolumns_per_adc = 8\n"),
              HasSubstr("leave one of them out"));
}

TEST(AdcSharing, ZeroBitLinesSayNothing) {
  EXPECT_EQ(
      read("[array]\nbit_lines_per_adc = 0\ncolumns_per_adc = 4\n").array.common.inputs_per_adc(),
      4);
}

TEST(AdcSharing, OfALayerCountsWhicheverWayThatOfAllWasSaid) {
  const RunConfig run =
      read("[array]\ncolumns_per_adc = 4\n[array.layers.conv2]\nbit_lines_per_adc = 32\n");
  EXPECT_EQ(run.array.of("conv2").inputs_per_adc(), 16);
  EXPECT_EQ(run.array.common.inputs_per_adc(), 4);
  EXPECT_EQ(read("[array]\nbit_lines_per_adc = 8\n[array.layers.conv2]\ncolumns_per_adc = 16\n")
                .array.of("conv2")
                .inputs_per_adc(),
            16);
}

using Levels = std::vector<std::int64_t>;

TEST(AdcLevels, BeyondThoseOfTheHardwareAreRefusedByName) {
  EXPECT_EQ(read("[array]\nadc_levels = 5\n[search]\nlevels = [3, 5]\n").search.levels,
            (Levels{3, 5}));
  EXPECT_THAT(refusal("[array]\nadc_levels = 5\n[search]\nlevels = [3, 6]\n"),
              ::testing::AllOf(HasSubstr("search.levels"), HasSubstr("6 levels"),
                               HasSubstr("5 at most (array.adc_levels)")));
  EXPECT_THAT(refusal("[array]\nadc_levels = 5\n[allocate]\nlevels = [8]\n"),
              HasSubstr("allocate.levels"));
}

// By default 3, 4, 8, 16 are searched, and 2, 3, 4, 6, 8, 16 divided.
TEST(AdcLevels, DefaultsAreCutDownToThoseOfTheHardware) {
  const RunConfig five = read("[array]\nadc_levels = 5\n[allocate]\n");
  EXPECT_EQ(five.search.levels, (Levels{3, 4, 5}));
  EXPECT_EQ(five.allocate->levels, (Levels{2, 3, 4, 5}));
  EXPECT_EQ(read("[array]\nadc_levels = 5\n").allocate_or_default().levels, (Levels{2, 3, 4, 5}));
  EXPECT_EQ(read("[array]\nadc_levels = 4\n").search.levels, (Levels{3, 4}));
  EXPECT_EQ(read("[array]\nadc_levels = 2\n").search.levels, (Levels{2}));
  EXPECT_EQ(read("[array]\nadc_levels = 64\n").search.levels, (Levels{3, 4, 8, 16}));
}

TEST(AdcLevels, OfALayerRaiseWhatMayBeAskedFor) {
  EXPECT_EQ(read("[array]\nadc_levels = 5\n[array.layers.conv2]\nadc_levels = 8\n"
                 "[search]\nlevels = [8]\n")
                .search.levels,
            (Levels{8}));
  EXPECT_THAT(refusal("[array]\nadc_levels = 5\n[array.layers.conv2]\nadc_levels = 3\n"
                      "[search]\nlevels = [8]\n"),
              HasSubstr("5 at most"));
}

}  // namespace
}  // namespace bitline
