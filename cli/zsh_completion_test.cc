// What zsh completes, asked of a zsh at a terminal of its own.
#include <fmt/format.h>

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

/// Sourced by the zsh that is asked: its completion prints what it offers.
constexpr const char* kSetup = R"(PROMPT=
autoload -Uz compinit && compinit -u -D
source ./bitline.zsh
bindkey '^I' complete-word
comppostfuncs=(exit)
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a offered
  builtin compadd -O offered "$@"
  (( $#offered )) && print -rl -- "offer:"$^offered
  builtin compadd "$@"
}
print ready
)";

/// Types the line $1 and a tabulator into that zsh, and prints what it offers, one word a line.
constexpr const char* kAsk = R"(zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source ./setup'
zpty -r shell line '*ready*'
zpty -w -n shell "$1"$'\t'
while zpty -r shell line; do
  [[ $line == *offer:* ]] || continue
  line=${line##*offer:}  # the first one stands behind the echo
  print -r -- "${line%%$'\r'*}"
done
)";

class ZshCompletionTest : public StudyTest {
 protected:
  void SetUp() override {
    if (shell("command -v zsh").empty()) GTEST_SKIP() << "zsh is not installed";
    write("bitline.zsh", run({"completion", "zsh"}).output);
    write("setup", kSetup);
    write("ask", kAsk);
  }

  /// What zsh offers at the end of `line`.
  Words offers(const std::string& line) const {
    return shell(fmt::format("timeout 60 zsh -f ask 'bitline {}'", line));
  }
};

TEST_F(ZshCompletionTest, OffersTheSubcommandsThatHelpLists) {
  EXPECT_THAT(offers(""), UnorderedElementsAreArray(subcommands_in(help({}))));
  EXPECT_THAT(offers("--quiet re"), ElementsAre("recalibrate", "retrain", "report"));
  EXPECT_THAT(offers("data "), ElementsAre("get"));
}

TEST_F(ZshCompletionTest, OffersTheOptionsOfTheSubcommandAndOfTheProgram) {
  const Words offered = offers("evaluate study.toml --");
  for (const std::string& option : options_in(help({"evaluate"})))
    EXPECT_THAT(offered, Contains(option));
  EXPECT_THAT(offered, Contains("--verbose"));
  EXPECT_THAT(offered, Not(Contains("--version")));
  EXPECT_THAT(offers("data get cifar10 --u"), ElementsAre("--url"));
}

TEST_F(ZshCompletionTest, OffersTheValuesOfAnOption) {
  EXPECT_THAT(offers("export study.toml --to q"), ElementsAre("qonnx", "qdq"));
  EXPECT_THAT(offers("data get m"), ElementsAre("mnist"));
  EXPECT_THAT(offers("run study.toml --set array.row"),
              ElementsAre("array.row_order=", "array.rows="));
  EXPECT_THAT(offers("run study.toml --threads "), ElementsAre());
}

TEST_F(ZshCompletionTest, OffersFilesAndFolders) {
  make_folder(folder() / "runs");
  EXPECT_THAT(offers("run st"), ElementsAre("study.toml"));
  const std::set<std::string> folders = [&] {
    const Words words = offers("run study.toml --out ");
    return std::set(words.begin(), words.end());  // zsh asks twice for folders
  }();
  EXPECT_THAT(folders, ElementsAre("runs"));
  EXPECT_THAT(offers("evaluate study.toml --plan st"), ElementsAre("study.toml"));
}

}  // namespace
}  // namespace bitline::cli
