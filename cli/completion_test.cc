// What the shells complete.
#include <fmt/format.h>

#include <algorithm>

#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::options_in;
using test::StudyTest;
using test::subcommands_in;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::UnorderedElementsAreArray;

using Words = std::vector<std::string>;

class CompletionTest : public StudyTest {
 protected:
  CompletionTest() {
    write("bitline.bash", run({"completion", "bash"}).output);
    write("bitline.zsh", run({"completion", "zsh"}).output);
  }

  /// What bash offers for the last of `words`, which stand behind the program's name.
  Words candidates(const Words& words) const {
    std::string list;
    for (const std::string& word : words) list += " \"" + word + "\"";
    return shell(
        fmt::format("bash -c '. ./bitline.bash; COMP_WORDS=(bitline{}); COMP_CWORD={}; "
                    "_bitline; printf \"%s\\n\" \"${{COMPREPLY[@]}}\"'",
                    list, words.size()));
  }
};

TEST_F(CompletionTest, OffersTheSubcommandsThatHelpLists) {
  const Words subcommands = subcommands_in(help({}));
  EXPECT_THAT(candidates({""}), UnorderedElementsAreArray(subcommands));
  EXPECT_THAT(candidates({"--quiet", "re"}), ElementsAre("recalibrate", "retrain", "report"));
  EXPECT_THAT(candidates({"data", ""}), ElementsAre("get"));
}

TEST_F(CompletionTest, OffersTheOptionsOfTheSubcommandAndOfTheProgram) {
  const Words offered = candidates({"evaluate", "study.toml", "--"});
  for (const std::string& option : options_in(help({"evaluate"})))
    EXPECT_THAT(offered, Contains(option));
  EXPECT_THAT(offered, Contains("--verbose"));
  EXPECT_THAT(offered, Not(Contains("--version")));
  EXPECT_THAT(candidates({"data", "get", "--u"}), ElementsAre("--url"));
}

TEST_F(CompletionTest, OffersTheValuesOfAnOption) {
  EXPECT_THAT(candidates({"export", "study.toml", "--to", "q"}), ElementsAre("qonnx", "qdq"));
  EXPECT_THAT(candidates({"data", "get", "m"}), ElementsAre("mnist"));
  EXPECT_THAT(candidates({"run", "study.toml", "--set", "array.row"}),
              ElementsAre("array.row_order=", "array.rows="));
  EXPECT_THAT(candidates({"run", "study.toml", "--threads", ""}), ElementsAre());
}

TEST_F(CompletionTest, OffersFilesAndFolders) {
  make_folder(folder() / "sub folder");
  EXPECT_THAT(candidates({"run", "st"}), ElementsAre("study.toml"));
  EXPECT_THAT(candidates({"run", "study.toml", "--out", ""}), ElementsAre("sub folder"));
  EXPECT_THAT(candidates({"evaluate", "study.toml", "--plan", "s"}),
              UnorderedElementsAreArray({"search.safetensors", "study.toml", "sub folder"}));
}

TEST_F(CompletionTest, BashReadsItsScript) {
  EXPECT_THAT(shell("bash -n bitline.bash"), testing::IsEmpty());
}

TEST_F(CompletionTest, ZshGetsEveryOptionToo) {
  const std::string script = read("bitline.zsh");
  for (const std::string& verb : subcommands_in(help({}))) {
    const std::size_t begin = script.find("\n_bitline_" + verb + "() {");
    ASSERT_NE(begin, std::string::npos) << verb;
    const std::string function = script.substr(begin, script.find("\n}\n", begin) - begin);
    for (const std::string& option : options_in(help({verb})))
      EXPECT_THAT(function, testing::HasSubstr(option));
  }
}

TEST_F(CompletionTest, AnUnknownShellIsRefused) {
  expect_refusal({"completion", "fish"}, 2, {"fish", "zsh"});
}

}  // namespace
}  // namespace bitline::cli
