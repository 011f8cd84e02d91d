#include "bitline/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "bitline/base/error.h"
#include "bitline/base/file.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::TemporaryFolder;
using test::usage_error;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

Config config(std::string_view text) { return Config::from_text(text, "run.toml"); }

TEST(Config, GivesTheValuesOfTheFile) {
  const Config file = config(
      "seed = 7\nrate = 0.5\nname = 'x'\nfast = true\nlevels = [3, 4]\nscales = [1, 0.5]\n"
      "layers = ['a', 'b']\n");
  const ConfigTable root = file.root();
  EXPECT_EQ(root.get<std::int64_t>("seed", 0), 7);
  EXPECT_EQ(root.get<double>("rate", 0), 0.5);
  EXPECT_EQ(root.get<std::string>("name", ""), "x");
  EXPECT_TRUE(root.get<bool>("fast", false));
  EXPECT_EQ(root.require<std::vector<std::int64_t>>("levels"), (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(root.require<std::vector<double>>("scales"), (std::vector<double>{1, 0.5}));
  EXPECT_EQ(root.require<std::vector<std::string>>("layers"), (std::vector<std::string>{"a", "b"}));
  file.check_all_used();
}

TEST(Config, GivesFallbacksForWhatIsAbsent) {
  const Config file = config("");
  const ConfigTable absent = file.root().table("search").table("bounds");
  EXPECT_EQ(absent.get<std::int64_t>("seed", 3), 3);
  EXPECT_EQ(absent.integer("rows", 128, 1, 4096), 128);
  EXPECT_EQ(absent.rational("centre", Rational(1, 2)), Rational(1, 2));
  EXPECT_EQ(absent.path("folder", "data"), "data");
  EXPECT_FALSE(absent.has("seed"));
  file.check_all_used();
}

TEST(Config, TakesAWholeNumberAsANumberButNotTheOtherWayRound) {
  const Config file = config("a = 3\nb = 3.0\n");
  EXPECT_EQ(file.root().get<double>("a", 0), 3.0);
  EXPECT_EQ(usage_error([&] { file.root().get<std::int64_t>("b", 0); }),
            "run.toml:2:5: b has to be a whole number, found the number 3");
}

TEST(Config, AWrongTypeNamesPlaceExpectationAndFinding) {
  const Config file =
      config("[array]\nrows = 'many'\nfast = 1\nwhen = 2020-01-01\nlist = [1, 'x']\n");
  const ConfigTable array = file.root().table("array");
  EXPECT_EQ(usage_error([&] { array.get<std::int64_t>("rows", 0); }),
            "run.toml:2:8: array.rows has to be a whole number, found the text 'many'");
  EXPECT_EQ(usage_error([&] { array.get<bool>("fast", false); }),
            "run.toml:3:8: array.fast has to be true or false, found the whole number 1");
  EXPECT_EQ(usage_error([&] { array.get<double>("when", 0); }),
            "run.toml:4:8: array.when has to be a finite number, found a date or time");
  EXPECT_EQ(usage_error([&] { array.get<std::string>("list", ""); }),
            "run.toml:5:8: array.list has to be a text in quotes, found a list");
  EXPECT_EQ(usage_error([&] { array.get<std::vector<std::int64_t>>("list", {}); }),
            "run.toml:5:8: array.list[1] has to be a whole number, found the text 'x'");
  EXPECT_EQ(usage_error([&] { array.get<std::vector<std::int64_t>>("rows", {}); }),
            "run.toml:2:8: array.rows has to be a whole number, found the text 'many'");
  EXPECT_EQ(usage_error([&] { file.root().get<double>("array", 0); }),
            "run.toml:1:1: array has to be a finite number, found a table");
  EXPECT_EQ(usage_error([&] { array.table("rows"); }),
            "run.toml:2:8: array.rows has to be a table, found the text 'many'");
}

TEST(Config, RefusesNumbersThatAreNotFinite) {
  const Config file = config("a = nan\nb = -inf\n");
  EXPECT_THAT(usage_error([&] { file.root().get<double>("a", 0); }), HasSubstr("finite"));
  EXPECT_THAT(usage_error([&] { file.root().get<double>("b", 0); }), HasSubstr("finite"));
}

TEST(Config, AMissingKeyIsNamedWithItsTable) {
  const Config file = config("");
  EXPECT_EQ(usage_error([&] { file.root().table("data").require_path("folder"); }),
            "run.toml: data.folder is missing; add a line 'folder = ...' to the table [data]");
  EXPECT_EQ(usage_error([&] { file.root().require<std::int64_t>("seed"); }),
            "run.toml: seed is missing; add a line 'seed = ...' at the top");
}

TEST(Config, LimitsAreIncludedAndNamed) {
  const Config file = config("rows = 0\nlevels = [2, 9]\nrate = 1.5\n");
  const ConfigTable root = file.root();
  EXPECT_EQ(root.integer("rows", 1, 0, 4), 0);
  EXPECT_EQ(root.integer("rows", 1, -4, 0), 0);
  EXPECT_EQ(usage_error([&] { root.integer("rows", 1, 1, 1024); }),
            "run.toml:1:8: rows = 0 is outside 1 to 1024");
  EXPECT_EQ(usage_error([&] { root.require_integer("rows", 1, kLargest); }),
            "run.toml:1:8: rows = 0 is too small; the smallest is 1");
  EXPECT_EQ(usage_error([&] { root.integer("rows", 1, 1, 2147483647); }),
            "run.toml:1:8: rows = 0 is too small; the smallest is 1");
  EXPECT_EQ(usage_error([&] { root.integers("levels", {}, 2, 8); }),
            "run.toml:2:10: levels[1] = 9 is outside 2 to 8");
  EXPECT_EQ(usage_error([&] { root.number("rate", 0, 0, 1); }),
            "run.toml:3:8: rate = 1.5 is outside 0 to 1");
}

TEST(Config, RefusesWhatStandsTwice) {
  refuse_twice(std::vector<std::int64_t>{3, 4, 5}, "levels");
  EXPECT_EQ(usage_error([] {
              refuse_twice(std::vector<std::int64_t>{3, 4, 5, 4}, "levels");
            }),
            "levels names 4 twice; leave one out");
}

TEST(Config, ReadsSmallDecimalsExactly) {
  const Config file = config("a = 0.00005\n");
  EXPECT_EQ(file.root().rational("a", 0), Rational(1, 20000));
}

TEST(Config, ReadsFractionsExactly) {
  const Config file = config("a = 2\nb = 0.1\nc = '14/5'\nd = 'x'\ne = true\nf = 1e300\n");
  const ConfigTable root = file.root();
  EXPECT_EQ(root.rational("a", 0), Rational(2));
  EXPECT_EQ(root.rational("b", 0), Rational(1, 10));
  EXPECT_EQ(root.rational("c", 0), Rational(14, 5));
  EXPECT_THAT(usage_error([&] { root.rational("d", 0); }),
              StartsWith("run.toml:4:5: d: 'x' is not"));
  EXPECT_THAT(usage_error([&] { root.rational("e", 0); }), HasSubstr("found true"));
  EXPECT_THAT(usage_error([&] { root.rational("f", 0); }), StartsWith("run.toml:6:5: f"));
}

std::size_t encoding_of(const Config& file) {
  return file.root().one_of("encoding", 0, {"differential", "bipolar"});
}

TEST(Config, ChoosesByName) {
  EXPECT_EQ(encoding_of(config("encoding = 'bipolar'")), 1U);
  EXPECT_EQ(encoding_of(config("")), 0U);
}

TEST(Config, AnUnknownChoiceListsTheAllowedNames) {
  EXPECT_EQ(usage_error([] { encoding_of(config("encoding = 'offset'")); }),
            "run.toml:1:12: encoding = 'offset' is not one of differential, bipolar");
  EXPECT_THAT(usage_error([] { encoding_of(config("encoding = 'biploar'")); }),
              HasSubstr("did you mean 'bipolar'?"));
}

TEST(Config, GivesATableOfNamesOfTheUsersOwn) {
  const Config file = config("[names]\n\"a.b\" = 'x.y'\nc = 'z'\n");
  const std::map<std::string, std::string> expected{{"a.b", "x.y"}, {"c", "z"}};
  EXPECT_EQ(file.root().texts("names"), expected);
  file.check_all_used();
  EXPECT_EQ(config(file.to_toml()).root().texts("names"), expected);
  EXPECT_TRUE(file.root().texts("absent").empty());
}

TEST(Config, ANameWithDotsNeedsQuotes) {
  EXPECT_EQ(usage_error([] { config("[names]\na.b = 'x'\n").root().texts("names"); }),
            "run.toml:2:1: names.a is a table; put a name with dots in quotes");
  EXPECT_THAT(usage_error([] { config("[names]\na = 3\n").root().texts("names"); }),
              HasSubstr("names.a has to be a text in quotes, found the whole number 3"));
}

TEST(Config, AMisspeltKeyNamesPlaceAndNearestKnownKey) {
  const Config file = config("seed = 1\n[array]\n  rosw = 64\n");
  const ConfigTable root = file.root();
  root.get<std::int64_t>("seed", 0);
  root.table("array").integer("rows", 128, 1, 4096);
  root.table("array").integer("columns", 128, 1, 4096);
  EXPECT_EQ(usage_error([&] { file.check_all_used(); }),
            "run.toml:3:3: unknown key 'array.rosw'; did you mean 'rows'?");
}

TEST(Config, AnUnknownKeyFarFromAnyListsTheKnownOnes) {
  const Config file = config("[array]\nvoltage = 64\n");
  file.root().table("array").has("rows");
  file.root().table("array").has("columns");
  EXPECT_EQ(usage_error([&] { file.check_all_used(); }),
            "run.toml:2:1: unknown key 'array.voltage'; known here: columns, rows");
}

TEST(Config, AKeyOfAnotherNameOrTableIsAnsweredWithTheOneThatWasMeant) {
  const auto refusal = [](const char* text) {
    const Config file = config(text);
    const ConfigTable root = file.root();
    root.table("data").get<std::vector<double>>("deviation", {});
    for (const char* key : {"weight_bits", "activation_bits", "percentile"})
      root.table("quantize").integer(key, 4, 1, 8);
    root.table("search").integers("levels", {8}, 2, 16);
    root.table("array").integer("adc_levels", 0, 0, 16);
    root.table("adc").has("quantizer");
    return usage_error([&] { file.check_all_used(); });
  };
  EXPECT_THAT(refusal("[data]\nstd = [1.0]\n"),
              HasSubstr("unknown key 'data.std'; did you mean 'deviation'?"));
  EXPECT_THAT(refusal("[quantize]\nbits = 4\n"),
              HasSubstr("'quantize.bits'; did you mean 'activation_bits', 'weight_bits'?"));
  EXPECT_THAT(refusal("[adc]\nlevels = 4\n"),
              HasSubstr("'adc.levels'; did you mean 'array.adc_levels', 'search.levels'?"));
  EXPECT_THAT(refusal("[quantize]\nweights = 4\n"),
              HasSubstr("'quantize.weights'; did you mean 'weight_bits'?"));
}

// Read back, it is the same file from wherever the configuration lies.
TEST(Config, APathOfSetIsWrittenAsTheFileWouldHaveIt) {
  Config file = Config::from_text("[model]\nfile = \"a.onnx\"\n", "examples/run.toml");
  file.set("model.file=mine/b.onnx");
  EXPECT_EQ(file.root().table("model").require_path("file"), "mine/b.onnx");
  EXPECT_THAT(file.to_toml(), HasSubstr("file = \"../mine/b.onnx\""));
  EXPECT_EQ(file.folder(), "examples");
}

TEST(Config, ATableCanBeLeftOut) {
  Config file = config("[model]\nname = \"vgg9\"\n[array]\nrows = 16\n");
  file.remove("model");
  EXPECT_FALSE(file.root().has("model"));
  EXPECT_EQ(file.root().table("array").integer("rows", 128, 1, 4096), 16);
}

TEST(Config, OneValueIsAListOfOne) {
  const Config file = config("[search]\nlevels = 5\nranges = \"csnr\"\n");
  const ConfigTable table = file.root().table("search");
  EXPECT_THAT(table.integers("levels", {}, 2, 16), ElementsAre(5));
  EXPECT_THAT(table.get<std::vector<std::string>>("ranges", {}), ElementsAre("csnr"));
}

TEST(Config, AnUnknownTableIsFound) {
  const Config file = config("[serch]\nlevels = [3]\n");
  file.root().table("search");
  EXPECT_EQ(usage_error([&] { file.check_all_used(); }),
            "run.toml:1:2: unknown key 'serch'; did you mean 'search'?");
}

TEST(Config, OfSeveralUnknownKeysTheFirstInTheFileIsNamed) {
  const Config file = config("zeta = 1\nalpha = 1\n");
  EXPECT_EQ(usage_error([&] { file.check_all_used(); }),
            "run.toml:1:1: unknown key 'zeta'; remove it");
}

TEST(Config, ATableCanBeFinishedAlone) {
  const Config file = config("other = 1\n[array]\nrosw = 64\n");
  const ConfigTable array = file.root().table("array");
  EXPECT_THAT(usage_error([&] { array.finish(); }), HasSubstr("'array.rosw'"));
  array.has("rosw");
  array.finish();
}

TEST(Config, BrokenTomlNamesThePlace) {
  EXPECT_THAT(usage_error([] { config("a = 1\nb = [1,\n"); }), StartsWith("run.toml:2:"));
  EXPECT_THAT(usage_error([] { config("a = 1\na = 2\n"); }), StartsWith("run.toml:2:"));
  EXPECT_THAT(usage_error([] { config("a = \"\xff\"\n"); }), StartsWith("run.toml:1:"));
}

TEST(Config, RefusesALineLongEnoughToNestTooDeep) {
  std::string key = "a";
  for (int i = 0; i < 100000; ++i) key += ".a";
  EXPECT_THAT(usage_error([&] { config("x = 1\n" + key + " = 1\n"); }),
              StartsWith("run.toml:2: the line has 200005 characters"));
}

TEST(ConfigSet, StandsOverTheFile) {
  Config file = config("[array]\nrows = 128\ncolumns = 64\n");
  file.set("array.rows=32");
  file.set("array.fast = true");
  file.set("search.levels=[3, 4]");
  EXPECT_EQ(file.root().table("array").integer("rows", 0, 0, 999), 32);
  EXPECT_EQ(file.root().table("array").integer("columns", 0, 0, 999), 64);
  EXPECT_TRUE(file.root().table("array").get<bool>("fast", false));
  EXPECT_EQ(file.root().table("search").integers("levels", {}, 2, 9),
            (std::vector<std::int64_t>{3, 4}));
  file.check_all_used();
}

TEST(ConfigSet, TheLastOneHolds) {
  Config file = config("");
  file.set("seed=1");
  file.set("seed=2");
  EXPECT_EQ(file.root().get<std::int64_t>("seed", 0), 2);
}

TEST(ConfigSet, TakesABareWordAsText) {
  Config file = config("");
  file.set("mode=layer-wise");
  file.set("folder=/some where/a=b \"c\"");
  file.set("empty=");
  file.set("quoted='7'");
  EXPECT_EQ(file.root().require<std::string>("mode"), "layer-wise");
  EXPECT_EQ(file.root().require<std::string>("folder"), "/some where/a=b \"c\"");
  EXPECT_EQ(file.root().require<std::string>("empty"), "");
  EXPECT_EQ(file.root().require<std::string>("quoted"), "7");
}

TEST(ConfigSet, AnInlineTableReplacesTheWholeTable) {
  Config file = config("[array]\nrows = 128\ncolumns = 64\n");
  file.set("array={rows=32}");
  EXPECT_FALSE(file.root().table("array").has("columns"));
}

TEST(ConfigSet, ErrorsNameTheText) {
  Config file = config("a = 1\n");
  EXPECT_EQ(usage_error([&] { file.set("rows"); }),
            "--set rows: write table.key=value in one line");
  EXPECT_EQ(usage_error([&] { file.set("=5"); }), "--set =5: write table.key=value in one line");
  EXPECT_THAT(usage_error([&] { file.set("a..b=5"); }), StartsWith("--set a..b=5: "));
  EXPECT_THAT(usage_error([&] { file.set("b=[1, 2"); }), StartsWith("--set b=[1, 2:"));
  EXPECT_THAT(usage_error([&] { file.set("b=1\nc=2"); }), StartsWith("--set b=1 c=2: "));
  EXPECT_EQ(usage_error([&] { file.set("a.b=5"); }),
            "--set a.b=5: 'a' is a value and not a table; leave out what follows its name");
}

TEST(ConfigSet, LaterErrorsNameTheTextToo) {
  Config file = config("[array]\nrows = 128\n");
  file.set("array.rows=zero");
  file.set("array.rosw=1");
  file.set("serch.levels=3");
  EXPECT_EQ(usage_error([&] { file.root().table("array").integer("rows", 0, 0, 1); }),
            "--set array.rows=zero: array.rows has to be a whole number, found the text 'zero'");
  EXPECT_EQ(usage_error([&] { file.root().table("array").finish(); }),
            "--set array.rosw=1: unknown key 'array.rosw'; did you mean 'rows'?");
  file.root().table("array").has("rosw");
  EXPECT_EQ(usage_error([&] { file.check_all_used(); }),
            "--set serch.levels=3: unknown key 'serch'; known here: array");
}

TEST(ConfigPath, IsRelativeToTheConfigFile) {
  const Config file = Config::from_text(
      "[data]\nfolder = 'cifar'\nabsolute = '/cifar'\nempty = ''\n", "examples/run.toml");
  const ConfigTable data = file.root().table("data");
  EXPECT_EQ(data.path("folder", ""), "examples/cifar");
  EXPECT_EQ(data.path("absolute", ""), "/cifar");
  EXPECT_EQ(usage_error([&] { data.path("empty", ""); }),
            "examples/run.toml:4:9: data.empty is empty; name a file or folder");
}

TEST(ConfigPath, FromTheCommandLineIsRelativeToTheWorkingFolder) {
  Config file = Config::from_text("folder = 'a'\n", "examples/run.toml");
  file.set("folder=b/c");
  EXPECT_EQ(file.root().path("folder", ""), "b/c");
}

TEST(ConfigDefaults, AreThoseOfEveryKeyThatWasAskedForPresentOrNot) {
  const Config file = config("[array]\nrows = 64\n");
  const ConfigTable array = file.root().table("array");
  array.integer("rows", 128, 1, 1024);
  array.one_of("encoding", 1, {"offset", "bipolar"});
  file.root().table("search").rational("percentile", Rational(999, 10));
  file.root().get<std::vector<double>>("mean", {0.5, 1});
  EXPECT_THAT(file.defaults(), testing::ElementsAre(testing::Pair("array.encoding", "\"bipolar\""),
                                                    testing::Pair("array.rows", "128"),
                                                    testing::Pair("mean", "[0.5, 1.0]"),
                                                    testing::Pair("search.percentile", "99.9")));
}

TEST(ConfigFile, IsReadAndNamed) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "run.toml";
  write_file_atomically(path, "rows = 'x'\nfolder = 'data'\n");
  const Config file = Config::from_file(path);
  EXPECT_EQ(file.root().path("folder", ""), path.parent_path() / "data");
  EXPECT_THAT(usage_error([&] { file.root().get<std::int64_t>("rows", 0); }),
              StartsWith(path.string() + ":1:8: rows"));
}

TEST(ConfigFile, AMissingOneIsAUsageErrorThatNamesIt) {
  EXPECT_THAT(usage_error([] { Config::from_file("/absent/run.toml"); }),
              HasSubstr("/absent/run.toml"));
}

TEST(ConfigToml, ReadsBackToTheSameConfig) {
  Config file = config(
      "rate = 0.1\nwhole = 1.0\ntiny = 1e-9\nseed = 7\ntext = \"two\\nlines 'x' \\\"y\\\"\"\n"
      "list = [1, [2.5, 'a']]\nfast = true\n[b.c]\nx = {y = 1, 'odd key' = 2}\n[b.'d e']\n");
  file.set("b.z=3");
  const std::string text = file.to_toml();
  EXPECT_THAT(text, HasSubstr("rate = 0.1\n"));
  EXPECT_THAT(text, HasSubstr("whole = 1.0\n"));
  const Config again = config(text);
  EXPECT_EQ(again.to_toml(), text);
  EXPECT_EQ(again.root().require<std::string>("text"), "two\nlines 'x' \"y\"");
  EXPECT_EQ(again.root().require<double>("tiny"), 1e-9);
  EXPECT_EQ(again.root().table("b").integer("z", 0, 0, 9), 3);
  EXPECT_EQ(again.root().table("b").table("c").table("x").integer("odd key", 0, 0, 9), 2);
  EXPECT_TRUE(again.root().table("b").has("d e"));
}

TEST(ConfigToml, IsSortedSoThatOrderInTheFileDoesNotMatter) {
  EXPECT_EQ(config("b = 1\na = 2\n").to_toml(), config("a = 2\nb = 1\n").to_toml());
  EXPECT_EQ(config("b = 1\na = 2\n").to_toml(), "a = 2\nb = 1\n");
}

TEST(ConfigFuzz, RandomBytesAreRefusedOrReadButNeverCrash) {
  const bool held = rc::check([](const std::string& noise) {
    try {
      Config file = config(noise);
      file.to_toml();
      file.check_all_used();
    } catch (const Error& error) {
      RC_ASSERT(error.kind() == ErrorKind::kUsage);
    }
  });
  ASSERT_TRUE(held);
}

TEST(ConfigFuzz, TomlLikeTextIsRefusedOrReadBackEqual) {
  const bool held = rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab=.[]{}\"'\n 17,#-")));
    try {
      const std::string once = config(text).to_toml();
      RC_ASSERT(config(once).to_toml() == once);
    } catch (const Error& error) {
      RC_ASSERT(std::string_view(error.what()).substr(0, 9) == "run.toml:");
    }
  });
  ASSERT_TRUE(held);
}

TEST(ConfigFuzz, RandomAssignmentsAreRefusedOrApplied) {
  const bool held = rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab=.[]{}\"'\n 17,#-\\")));
    Config file = config("[a]\nb = 1\n");
    try {
      file.set(text);
      file.to_toml();
    } catch (const Error& error) {
      RC_ASSERT(error.kind() == ErrorKind::kUsage);
    }
  });
  ASSERT_TRUE(held);
}

}  // namespace
}  // namespace bitline
