#include "bitline/search/score_journal.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "bitline/base/file.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/synthetic_evaluator.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::expect_error;
using test::options_of;
using test::random_scores;
using test::search_silently;
using test::SyntheticEvaluator;
using test::TemporaryFolder;

/// A path in a folder of its own.
class TemporaryPath {
 public:
  const std::filesystem::path& path() const { return path_; }
  std::string text() const { return read_text_file(path_); }
  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

 private:
  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "journal";
};

const Score kFirst{4, 3, 70};
const Score kSecond{5, 1, 900};

void write_two_entries(const TemporaryPath& file) {
  ScoreJournal journal(file.path(), "network A");
  journal.record("one", kFirst);
  journal.record("two", kSecond);
}

TEST(ScoreJournal, FindsWhatWasRecordedAfterReopening) {
  const TemporaryPath file;
  write_two_entries(file);
  const ScoreJournal journal(file.path(), "network A");
  EXPECT_EQ(journal.find("one"), kFirst);
  EXPECT_EQ(journal.find("two"), kSecond);
  EXPECT_EQ(journal.find("three"), std::nullopt);
}

TEST(ScoreJournal, KeepsIdentitiesApart) {
  const TemporaryPath file;
  write_two_entries(file);
  {
    ScoreJournal journal(file.path(), "network B");
    EXPECT_EQ(journal.find("one"), std::nullopt);
    journal.record("one", kSecond);
  }
  EXPECT_EQ(ScoreJournal(file.path(), "network A").find("one"), kFirst);
  EXPECT_EQ(ScoreJournal(file.path(), "network B").find("one"), kSecond);
}

TEST(ScoreJournal, CutsATornLastLineWhereverItWasTorn) {
  const TemporaryPath file;
  write_two_entries(file);
  const std::string whole = file.text();
  const std::size_t last_line = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t size = last_line; size < whole.size(); ++size) {
    file.write(whole.substr(0, size));
    {
      ScoreJournal journal(file.path(), "network A");
      EXPECT_EQ(journal.find("one"), kFirst) << size;
      EXPECT_EQ(journal.find("two"), std::nullopt) << size;
      journal.record("two", kSecond);
    }
    EXPECT_EQ(file.text(), whole) << size;
  }
}

TEST(ScoreJournal, StartsAnewAfterATornHeader) {
  const TemporaryPath file;
  write_two_entries(file);
  const std::string whole = file.text();
  for (std::size_t size = 0; size <= whole.find('\n'); ++size) {
    file.write(whole.substr(0, size));
    write_two_entries(file);
    EXPECT_EQ(file.text(), whole) << size;
  }
}

TEST(ScoreJournal, DropsADamagedLineAndAllBehindIt) {
  const TemporaryPath file;
  write_two_entries(file);
  std::string text = file.text();
  // The first entry ends in its loss, 70, which becomes 71.
  const std::size_t digit = text.find(" 70\n") + 2;
  text[digit] = '1';
  file.write(text);
  const ScoreJournal journal(file.path(), "network A");
  EXPECT_EQ(journal.find("one"), std::nullopt);
  EXPECT_EQ(journal.find("two"), std::nullopt);
}

TEST(ScoreJournal, RefusesAFileThatIsNoJournalAndLeavesItAlone) {
  const TemporaryPath file;
  file.write("my only photograph");
  expect_error(ErrorKind::kFailure, file.path().string() + " is not a score journal",
               [&] { ScoreJournal(file.path(), "network A"); });
  EXPECT_EQ(file.text(), "my only photograph");
}

TEST(ScoreJournal, NamesAPathThatCannotBeOpened) {
  expect_error(ErrorKind::kFailure, "cannot open the journal /dev/null/journal",
               [] { ScoreJournal("/dev/null/journal", "network A"); });
}

TEST(ScoreJournal, LeavesNoHalfLineBehindOnAFullDisk) {
  const TemporaryPath file;
  write_two_entries(file);
  const std::string whole = file.text();
  // The file may grow by 10 bytes, less than a line; the signal that goes with it is ignored.
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    ScoreJournal journal(file.path(), "network A");
    const rlimit small{whole.size() + 10, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    expect_error(ErrorKind::kFailure, "cannot write " + file.path().string(),
                 [&] { journal.record("three", kFirst); });
    EXPECT_EQ(journal.find("three"), std::nullopt);
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(file.text(), whole);
}

const std::vector<SearchLayer> kLayers = {{"conv1", {-6, 6}}, {"conv2", {-4, 4}}};

TEST(JournaledEvaluator, AsksTheNetworkOnlyOncePerPlanAndImages) {
  const TemporaryPath file;
  ScoreJournal journal(file.path(), "network A");
  SyntheticEvaluator network(kLayers, 6, random_scores(1, 2, 5));
  JournaledEvaluator evaluator(network, journal);
  AdcPlan plan;
  plan.layers["conv1"] = {AdcSpec{}, {-20, 20}};
  const std::vector<std::int64_t> images = {0, 3};
  const std::vector<std::int64_t> others = {0, 4};
  std::int64_t reported = 0;
  const auto evaluate = [&](const std::vector<AdcPlan>& plans, const auto& some) {
    return evaluator.evaluate(plans, some, [&](std::int64_t count) { reported += count; });
  };
  const std::vector<Score> first = evaluate({plan}, images);
  EXPECT_EQ(evaluate({plan}, images), first);
  EXPECT_EQ(network.images_measured, 2);
  EXPECT_EQ(reported, 4);
  evaluate({plan}, others);
  EXPECT_EQ(network.images_measured, 4);
  AdcPlan other = plan;
  other.layers["conv1"].spec.delta = 17;
  const std::vector<Score> both = evaluate({other, plan}, images);
  EXPECT_EQ(both.at(1), first.at(0));
  EXPECT_EQ(network.images_measured, 6);
  EXPECT_EQ(reported, 10);
}

TEST(JournaledEvaluator, KilledSearchContinuesToTheSameResult) {
  ASSERT_TRUE(rc::check([] {
    const TemporaryPath file;
    const auto score = random_scores(*rc::gen::arbitrary<std::uint64_t>(), 2, 2);
    SearchOptions options = options_of(*rc::gen::element(RangeMethod(range_methods::kNetworkWise),
                                                         RangeMethod(range_methods::kLayerWise)),
                                       *rc::gen::inRange(1, 8));
    SyntheticEvaluator undisturbed(kLayers, 12, score);
    const SearchResult expected = search_silently(undisturbed, options);

    const auto run = [&](SyntheticEvaluator& network) {
      ScoreJournal journal(file.path(), "network A");
      JournaledEvaluator evaluator(network, journal);
      return search_silently(evaluator, options);
    };
    SyntheticEvaluator killed(kLayers, 12, score);
    killed.calls_allowed = *rc::gen::inRange<std::int64_t>(0, undisturbed.calls());
    RC_ASSERT_THROWS_AS(run(killed), Error);
    // In half of the cases the kill also tore the last line.
    const std::string text = file.text();
    const bool has_line = text.find('\n') + 1 < text.size();
    const bool torn = has_line && *rc::gen::arbitrary<bool>();
    if (torn) std::filesystem::resize_file(file.path(), text.size() - 9);

    SyntheticEvaluator resumed(kLayers, 12, score);
    const SearchResult result = run(resumed);
    RC_ASSERT(curves_to_csv(result.curves) == curves_to_csv(expected.curves));
    RC_ASSERT(result.plan == expected.plan);
    RC_ASSERT(result.score == expected.score);
    RC_ASSERT(result.images_measured == expected.images_measured);
    // Measured twice is only what the call that was killed had measured, of at most 6 candidates,
    // and the line that was torn.
    const std::int64_t twice =
        killed.images_measured + resumed.images_measured - undisturbed.images_measured;
    RC_ASSERT(twice >= (torn ? 1 : 0));
    RC_ASSERT(twice <= (torn ? 7 : 6) * options.block_images);
  }));
}

}  // namespace
}  // namespace bitline
