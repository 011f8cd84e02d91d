// Man pages say what --help says, and groff takes them.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::options_in;
using test::StudyTest;
using test::subcommands_in;
using testing::HasSubstr;
using testing::IsEmpty;

/// As it stands in a page, where a hyphen is one.
std::string escaped(const std::string& text) {
  return std::regex_replace(text, std::regex("-"), "\\-");
}

class ManTest : public StudyTest {
 protected:
  ManTest() {
    make_folder(folder() / "pages");
    outcome_ = run({"man", BITLINE_SOURCE "/docs/cli.md", "pages"});
  }

  /// Of `bitline` and `words`.
  std::string page(const std::vector<std::string>& words) const {
    std::string name = "pages/bitline";
    for (const std::string& word : words) name += "-" + word;
    return read(name + ".1");
  }

  void expect_page(const std::vector<std::string>& words) const {
    const std::string text = page(words), help_text = help(words);
    for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"})
      EXPECT_THAT(text, HasSubstr(fmt::format("\n.SH {}\n", section)));
    EXPECT_THAT(options_in(help_text), testing::Contains("--help"));
    for (const std::string& option : options_in(help_text))
      EXPECT_THAT(text, HasSubstr("\\fB" + escaped(option) + "\\fR"));
    if (!subcommands_in(help_text).empty())
      EXPECT_THAT(text, HasSubstr("\n.SH COMMANDS\n"));
    else
      EXPECT_THAT(text, HasSubstr("\n.SH EXAMPLES\n"));
  }

  test::Outcome outcome_;
};

TEST_F(ManTest, EveryCommandHasAPageWithEveryOptionThatHelpPrints) {
  EXPECT_EQ(outcome_.exit_code, 0);
  expect_page({});
  for (const std::string& verb : subcommands_in(help({}))) {
    expect_page({verb});
    for (const std::string& inner : subcommands_in(help({verb}))) expect_page({verb, inner});
  }
}

TEST_F(ManTest, ThePageOfTheProgramListsTheCommands) {
  for (const std::string& verb : subcommands_in(help({})))
    EXPECT_THAT(page({}), HasSubstr("\\fBbitline\\-" + verb + "\\fR(1)"));
}

TEST_F(ManTest, DescriptionAndExitCodesAreThoseOfTheDocument) {
  EXPECT_THAT(page({"sample"}), HasSubstr("50 training images of each class by default"));
  EXPECT_THAT(page({"sample"}), testing::Not(HasSubstr("Downloads a published dataset")));
  EXPECT_THAT(page({"sample"}), HasSubstr(".TP\n130\nstopped by Ctrl\\-C"));
}

TEST_F(ManTest, GroffHasNothingToSay) {
  if (shell("command -v groff").empty()) GTEST_SKIP() << "groff is not installed";
  EXPECT_THAT(shell("groff -man -Tutf8 -ww -z pages/*.1"), IsEmpty());
  write("unknown.1", ".TH unknown 1\n.UNKNOWN\n");
  EXPECT_THAT(shell("groff -man -Tutf8 -ww -z unknown.1"), testing::SizeIs(1));
}

TEST_F(ManTest, HelpAndCompletionKeepItToThemselves) {
  EXPECT_THAT(subcommands_in(help({})), testing::Not(testing::Contains("man")));
  EXPECT_THAT(run({"completion", "bash"}).output, testing::Not(HasSubstr(" man")));
}

TEST_F(ManTest, ADocumentWithoutExitCodesIsRefused) {
  write("other.md", "# Something else\n");
  expect_refusal({"man", "other.md", "pages"}, 1, {"other.md", "exit code"});
}

}  // namespace
}  // namespace bitline::cli
