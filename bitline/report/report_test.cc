#include "bitline/report/report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/reports.h"

namespace bitline {
namespace {

using test::column_of;
using test::data_of;
using test::edit;
using test::message_of;
using test::report_of;
using test::section_of;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ReportTest : public ::testing::Test {
 protected:
  PageJson data(const std::string& name = "run") { return data_of(report_of({runs_.make(name)})); }

  static std::string error_of(const std::filesystem::path& folder) {
    return message_of([&] { report_of({folder}); });
  }

  test::RunCopies runs_;
};

TEST_F(ReportTest, HasItsSectionsInOrder) {
  const PageJson page = data("quickstart");
  EXPECT_EQ(page.at("title"), "quickstart");
  EXPECT_EQ(page.at("origin"), "Bitline 1.2.3");
  std::vector<std::string> ids;
  for (const PageJson& section : page.at("sections")) ids.push_back(section.at("id"));
  EXPECT_THAT(ids, ElementsAre("summary", "accuracy", "cost", "levels", "plan", "diagnosis",
                               "network", "sums", "search", "configuration"));
}

TEST_F(ReportTest, TheDocumentsListItsSectionsInOrder) {
  std::string titles;
  const PageJson page = data("quickstart");
  for (const PageJson& section : page.at("sections"))
    titles += section.at("title").get<std::string>() + "\n";
  std::string listed;
  std::istringstream lines(read_text_file(BITLINE_DOCS "/report.md"));
  for (std::string line; std::getline(lines, line) && !line.starts_with("Cost, Levels");)
    if (line.starts_with("| ") && !line.starts_with("| section |") && !line.starts_with("| ---"))
      listed += line.substr(2, line.find(" | ") - 2) + "\n";
  EXPECT_EQ(listed, titles);
}

TEST_F(ReportTest, IsTheSameBytesEachTime) {
  const auto folder = runs_.make("run");
  EXPECT_EQ(report_of({folder}), report_of({folder}));
}

// Line 10 of the folder's results.csv is that of its recommended plan.
TEST_F(ReportTest, BeginsWithTheRecommendedPlan) {
  const PageJson summary = section_of(data(), "summary");
  EXPECT_EQ(summary.at("lead"),
            "Of the levels tried (4, 6), 6 are the fewest with which a plan loses at most 1 point "
            "on the validation images: 0.50 points (95 %: −0.25 to 1.25).");
  const PageJson& facts = summary.at("blocks").at(0).at("facts");
  EXPECT_EQ(facts.at(0).at("value"), "6");
  EXPECT_EQ(facts.at(0).at("note"), "3 bits; 5 comparators in a flash ADC");
  EXPECT_EQ(facts.at(1).at("value"), "layer-wise");
  EXPECT_EQ(facts.at(2).at("value"), "88.30 %");
  EXPECT_EQ(facts.at(4).at("note"), "95 %: 1.82 to 5.36, paired");
}

TEST_F(ReportTest, ListsTheAdcOfEachLayer) {
  const PageJson plan = section_of(data(), "plan");
  EXPECT_THAT(
      column_of(plan, "plan", "layer"),
      ElementsAre("stage1.block1.conv1", "stage2.block1.shortcut", "stage3.block1.shortcut"));
  EXPECT_THAT(column_of(plan, "plan", "thresholds"), Contains("−5, −1, 2, 6, 9"));
}

TEST_F(ReportTest, SaysWhatToDoWhereNoPlanIsGoodEnough) {
  const auto folder = runs_.make("run");
  edit(folder / "run.json", "\"recommended\"", "\"other\"");
  edit(folder / "run.json", "\"skipped\"",
       "\"next_steps\": [\"search.levels: more than 6.\"], \"skipped\"");
  const PageJson summary = section_of(data_of(report_of({folder})), "summary");
  EXPECT_EQ(
      summary.at("lead"),
      "Of the levels tried (4, 6), none has a plan that loses at most 1 point on the validation "
      "images.");
  EXPECT_THAT(summary.at("blocks").dump(), HasSubstr("search.levels: more than 6."));
}

// Of the rows, 6 levels recalibrated lose 0.00 points on the validation images.
TEST_F(ReportTest, ShowsThePlanThatCameClosestWhereNoneIsGoodEnough) {
  const auto folder = runs_.make("run");
  edit(folder / "run.json", "\"recommended\"", "\"other\"");
  const PageJson page = data_of(report_of({folder}));
  EXPECT_THAT(section_of(page, "summary").at("blocks").dump(),
              HasSubstr("The plan that came closest, L6-layer-wise-recalibrated:"));
  const PageJson plan = section_of(page, "plan");
  EXPECT_THAT(plan.dump(), HasSubstr("no plan is recommended; these are the ADCs of "
                                     "L6-layer-wise-recalibrated, which came closest."));
  EXPECT_THAT(column_of(plan, "plan", "thresholds"), Contains("−5, −1, 2, 6, 9"));
}

TEST_F(ReportTest, ShowsEveryRowOfTheResults) {
  const PageJson accuracy = section_of(data(), "accuracy");
  EXPECT_THAT(column_of(accuracy, "rows", "accuracy"), SizeIs(14));
  EXPECT_THAT(column_of(accuracy, "rows", "treatment"), Contains("retrained"));
  EXPECT_EQ(column_of(accuracy, "rows", "accuracy").front(), 91.9);
  EXPECT_EQ(column_of(accuracy, "rows", "validation").front(), 96);
  const auto baselines = column_of(accuracy, "rows", "baseline");
  EXPECT_EQ(baselines.at(0), "lossless");
  EXPECT_EQ(baselines.at(1), "lossless, retrained");
  EXPECT_EQ(std::ranges::count(baselines, PageJson("")), 12);
}

/// Value and remark of a fact of a section.
std::pair<std::string, std::string> fact(const PageJson& section, const std::string& label) {
  for (const PageJson& block : section.at("blocks"))
    for (const PageJson& each : block.value("facts", PageJson::array()))
      if (each.at("label") == label) return {each.at("value"), each.at("note")};
  return {};
}

TEST_F(ReportTest, TheHeadSaysWhatItsFiguresStandOn) {
  const PageJson summary = section_of(data(), "summary");
  using Fact = std::pair<std::string, std::string>;
  EXPECT_EQ(fact(summary, "Network"), Fact("resnet20", "3 layers on the array"));
  EXPECT_EQ(fact(summary, "Data"),
            Fact("samples", "cifar10-search.safetensors, cifar10-test.safetensors"));
  EXPECT_EQ(fact(summary, "Array"),
            Fact("128 × 128", "rows × columns, cells of 1 bit, differential"));
  EXPECT_EQ(fact(summary, "Search images"), Fact("50", "ranges were fitted to them"));
  EXPECT_EQ(fact(summary, "Validation images"),
            Fact("50", "judged the plans; 100 that training held out, retrained networks"));
  EXPECT_EQ(fact(summary, "Test images"), Fact("1,000", "the whole test set"));
}

TEST_F(ReportTest, TheHeadSaysWhereTestImagesAreAPart) {
  const auto folder = runs_.make("run");
  edit(folder / "run.json", "\"test_per_class\": 0", "\"test_per_class\": 25");
  const std::string note = "25 of each class, not the whole test set (data.test_per_class)";
  EXPECT_EQ(fact(section_of(data_of(report_of({folder})), "summary"), "Test images").second, note);
  const PageJson both = data_of(report_of({folder, runs_.make("other")}));
  EXPECT_THAT(column_of(section_of(both, "summary"), "basis", "part"),
              ElementsAre(note, "the whole test set"));
}

TEST_F(ReportTest, TheHeadOfAnOlderRunSaysWhatItsFileHas) {
  const auto folder = runs_.make("run");
  for (const char* field : {"network_name", "data", "range_methods", "search_images",
                            "holdout_images", "test_images", "test_per_class"})
    edit(folder / "run.json", fmt::format("\"{}\":", field), fmt::format("\"old_{}\":", field));
  const PageJson summary = section_of(data_of(report_of({folder})), "summary");
  EXPECT_EQ(fact(summary, "Search images").first, "–");
  EXPECT_EQ(fact(summary, "Validation images").first, "50");
  EXPECT_EQ(fact(summary, "Test images"), (std::pair<std::string, std::string>("–", "")));
  EXPECT_EQ(fact(summary, "Network").first, "");
}

TEST_F(ReportTest, RangeMethodsAreSpelledOutOnce) {
  const auto folder = runs_.make("run");
  edit(folder / "run.json", "\"min-max\": \"from",
       "\"csnr\": \"with `compute SNR`\", \"min-max\": \"from");
  const std::string page = report_of({folder});
  const std::string text =
      "Range methods: csnr (with compute SNR), layer-wise (searched: a range per layer, front to "
      "back), min-max (from ";
  const std::size_t first = page.find(text);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(page.find("with compute SNR", first + text.size()), std::string::npos);
}

// 12.5, 0.125, 0.125, 1.5, 1.5, 2.5, 31.25 s; results was up to date.
TEST_F(ReportTest, StagesBeginWithTheirTotalAndThoseThatTookLongest) {
  const PageJson configuration = section_of(data(), "configuration");
  EXPECT_THAT(column_of(configuration, "seconds", "stage"),
              ElementsAre("all stages", "search-L4-layer-wise", "allocate", "profile",
                          "explain-L4-layer-wise", "explain-L6-layer-wise-recalibrated",
                          "cost-L4-layer-wise", "cost-L6-layer-wise"));
  EXPECT_EQ(column_of(configuration, "seconds", "seconds").front(), 49.5);
}

TEST_F(ReportTest, ShowsANumberThatWasAltered) {
  const auto folder = runs_.make("run");
  const auto accuracies = [&folder] {
    return column_of(section_of(data_of(report_of({folder})), "accuracy"), "rows", "accuracy");
  };
  edit(folder / "results.csv", "85.6000", "12.3456");
  EXPECT_THAT(accuracies(), Contains(12.3456));
  edit(folder / "results.csv", "12.3456", "57.0000");  // 100 · 0.57 is not 57
  EXPECT_THAT(accuracies(), Contains(57.0));
}

TEST_F(ReportTest, SharesOfAHistogramAddUpTo100) {
  const PageJson sums = section_of(data(), "sums");
  const auto shares = column_of(sums, "sums", "share");
  double total = 0;
  for (const PageJson& share : shares) total += share.get<double>();
  EXPECT_NEAR(total, 100.0 * 3 * 4, 1e-6);  // three layers, four input bits
}

// A bar for each sum would be 50,000, and 40,000 are drawn.
TEST_F(ReportTest, ManySumsShareBars) {
  const auto folder = runs_.make("run");
  std::string counts = "layer,tile,plane,stream,sum,count\n";
  for (int sum = 0; sum < 50'000; ++sum) counts += fmt::format("conv,all,0,0,{},3\n", sum - 100);
  write_file_atomically(folder / "profile" / "counts.csv", counts);
  const std::string html = report_of({folder});
  const PageJson sums = section_of(data_of(html), "sums");
  EXPECT_THAT(column_of(sums, "sums", "count"), SizeIs(25'000));
  EXPECT_THAT(column_of(sums, "sums", "count"), Each(6));
  EXPECT_EQ(column_of(sums, "sums", "first").at(1), -98);
  EXPECT_EQ(column_of(sums, "sums", "last").front(), -99);
  EXPECT_EQ(column_of(sums, "sums", "last").back(), 49'899);
  EXPECT_LT(html.size(), 5'000'000U);
}

TEST_F(ReportTest, DrawsThresholdsAndRangeOfEachPlan) {
  const PageJson sums = section_of(data(), "sums");
  // 3 layers; 3 and 5 thresholds, under two methods
  EXPECT_THAT(column_of(sums, "thresholds", "threshold"), SizeIs(3 * 2 * (3 + 5)));
  EXPECT_THAT(column_of(sums, "ranges", "plan"), SizeIs(3 * 4));
  EXPECT_THAT(column_of(sums, "ranges", "upper"), Contains(12.5));  // δ = 12
}

// L levels have L − 1 thresholds; the first layer's 4 become 129 and 130.
TEST_F(ReportTest, DrawsAtMost128Thresholds) {
  const auto drawn = [this](std::int64_t levels) {
    const auto folder = runs_.make(fmt::format("levels_{}", levels));
    const auto file = folder / "plans" / "L4-layer-wise.json";
    AdcPlan plan = read_plan(file);
    plan.layers.at("stage1.block1.conv1").spec.levels = levels;
    write_file_atomically(file, to_json(plan));
    const PageJson sums = section_of(data_of(report_of({folder})), "sums");
    return std::ranges::count(column_of(sums, "thresholds", "plan"), PageJson("L4-layer-wise"));
  };
  const std::ptrdiff_t four = drawn(4);
  EXPECT_EQ(drawn(129), four - 3 + 128);
  EXPECT_EQ(drawn(130), four - 3);
}

// Of 30,000 candidates in place of some hundreds every second one is drawn, and the winner.
TEST_F(ReportTest, ManyCandidatesAreThinned) {
  const auto folder = runs_.make("run");
  std::string curve = "pass,layer,delta,code_map,images,correct,loss,status\n";
  for (int i = 0; i < 30'000; ++i)
    curve += fmt::format("0,stage1.block1.conv1,{},1,20,9,5,{}\n", i + 1,
                         i == 12'345 ? "winner" : "dropped");
  write_file_atomically(folder / "curves" / "L4-layer-wise.csv", curve);
  const PageJson search = section_of(data_of(report_of({folder})), "search");
  const auto levels = column_of(search, "points", "levels");
  EXPECT_EQ(std::ranges::count(levels, PageJson(4)), 15'000 + 1);
}

// 50,410 of 117,600.
TEST_F(ReportTest, SaysWhatSearchesMeasured) {
  const PageJson search = section_of(data(), "search");
  EXPECT_THAT(column_of(search, "searches", "plan"), ElementsAre("L4-layer-wise", "L6-layer-wise"))
      << "min-max takes its ranges from the sums and searches nothing";
  EXPECT_EQ(column_of(search, "searches", "images").front(), 50'410);
  EXPECT_EQ(column_of(search, "searches", "full").front(), 117'600);
  EXPECT_NEAR(column_of(search, "searches", "share").front().get<double>(), 42.87, 0.005);
}

TEST_F(ReportTest, MarksTheChosenCandidates) {
  const auto states = column_of(section_of(data(), "search"), "points", "status");
  EXPECT_EQ(std::ranges::count(states, PageJson("chosen")), 3 * 2);
}

TEST_F(ReportTest, GivesTheCommandThatDoesItAgain) {
  const PageJson configuration = section_of(data(), "configuration");
  const PageJson& command = configuration.at("blocks").at(1);
  EXPECT_EQ(command.at("kind"), "code");
  EXPECT_THAT(command.at("text").get<std::string>(),
              HasSubstr("bitline run examples/quickstart.toml --set 'search.levels=[4,6,8]'"));
  EXPECT_THAT(column_of(configuration, "seconds", "stage"), Not(Contains("results")));
}

TEST_F(ReportTest, SaysWhatAFolderOfAnOlderProgramLacks) {
  const auto folder = runs_.make("run");
  std::filesystem::remove(folder / "mapping.json");
  std::filesystem::remove_all(folder / "profile");
  std::filesystem::remove_all(folder / "curves");
  const PageJson page = data_of(report_of({folder}));
  EXPECT_THAT(section_of(page, "network").dump(), HasSubstr("mapping.json"));
  EXPECT_THAT(section_of(page, "sums").dump(), HasSubstr("profile/counts.csv"));
  EXPECT_THAT(section_of(page, "search").dump(), HasSubstr("Nothing was searched"));
}

TEST_F(ReportTest, SeveralRunsAreToldApart) {
  const PageJson page = data_of(report_of({runs_.make("a/one"), runs_.make("b/two")}));
  EXPECT_EQ(page.at("title"), "2 runs compared");
  EXPECT_THAT(column_of(section_of(page, "summary"), "runs", "run"), ElementsAre("one", "two"));
  EXPECT_THAT(column_of(section_of(page, "accuracy"), "rows", "method"),
              Contains("two · layer-wise"));
  // one line: both have the same lossless network on the same images
  auto baselines = column_of(section_of(page, "accuracy"), "rows", "baseline");
  std::erase(baselines, PageJson(""));
  EXPECT_THAT(baselines, ElementsAre("lossless", "lossless, retrained"));
}

TEST_F(ReportTest, RunsOfOneNameAreNamedByTheirPaths) {
  const auto first = runs_.make("a/run");
  const auto second = runs_.make("b/run");
  const PageJson page = data_of(report_of({first, second}));
  EXPECT_THAT(column_of(section_of(page, "summary"), "runs", "run"),
              ElementsAre(first.string(), second.string()));
}

TEST_F(ReportTest, ErrorsNameTheFile) {
  EXPECT_THAT(error_of(runs_.make("empty") / "plans"), HasSubstr("holds no results.csv"));
  const auto folder = runs_.make("run");
  edit(folder / "results.csv", "85.6000", "many");
  EXPECT_THAT(error_of(folder), HasSubstr("results.csv: column test_accuracy: \"many\""));
  write_file_atomically(folder / "run.json", std::string_view("{"));
  EXPECT_THAT(error_of(folder), HasSubstr("run.json"));
  write_file_atomically(folder / "run.json", std::string_view("[]"));
  EXPECT_THAT(error_of(folder), HasSubstr("run.json"));
}

}  // namespace
}  // namespace bitline
