// docs/cli.md and --help say what the command line takes.
#include <fmt/format.h>

#include <algorithm>

#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::matches;
using test::options_in;
using test::StudyTest;
using test::subcommands_in;

using Words = std::vector<std::string>;

/// A subcommand, and what --help and its section of docs/cli.md say of it.
struct Verb {
  std::string name;  ///< "data get"
  std::string help;
  std::string section;
};

Words all_options_in(const std::string& text) {
  return matches(text, std::regex("(--[a-z][a-z-]*)"));
}

bool contains(const Words& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

/// Calls that a text quotes: "bitline evaluate CONFIG --plan PLAN".
Words calls_in(const std::string& text) { return matches(text, std::regex("(bitline [^`\n]*)")); }

class DocsTest : public StudyTest {
 protected:
  DocsTest() {
    for (const std::string& verb : subcommands_in(program_help_)) add({verb});
  }

  void add(const Words& words) {
    const std::string text = help(words);
    const Words nested = subcommands_in(text);
    for (const std::string& inner : nested) add({words.front(), inner});
    const std::string name = fmt::format("{}", fmt::join(words, " "));
    if (nested.empty()) verbs_.push_back({name, text, section_of(name)});
  }

  /// From its heading to the next one, or nothing.
  std::string section_of(const std::string& verb) const {
    const std::size_t begin = document_.find("\n## " + verb + "\n");
    if (begin == std::string::npos) return "";
    return document_.substr(begin, document_.find("\n## ", begin + 1) - begin);
  }
  std::string introduction() const { return document_.substr(0, document_.find("\n## ")); }

  const Verb& verb_of(const std::string& call) const {
    static const Verb none;
    for (const Verb& verb : verbs_)
      if ((call + " ").starts_with("bitline " + verb.name + " ")) return verb;
    return none;
  }

  const std::string document_ = read_text_file(BITLINE_SOURCE "/docs/cli.md");
  const std::string program_help_ = help({});
  std::vector<Verb> verbs_;
};

TEST_F(DocsTest, EverySubcommandHasASectionAndNoOther) {
  Words names;
  for (const Verb& verb : verbs_) names.push_back(verb.name);
  EXPECT_THAT(matches(document_, std::regex("\n## ([a-z ]+)(?=\n)")),
              testing::UnorderedElementsAreArray(names));
}

TEST_F(DocsTest, TheReadmeListsEverySubcommand) {
  const std::string readme = read_text_file(BITLINE_SOURCE "/README.md");
  for (const Verb& verb : verbs_)
    EXPECT_THAT(readme, testing::HasSubstr("| `bitline " + verb.name + " "));
}

TEST_F(DocsTest, TheReadmeShowsTheProgramOfTheLibrary) {
  const std::string program = read_text_file(BITLINE_SOURCE "/examples/library/find_levels.cc");
  EXPECT_THAT(read_text_file(BITLINE_SOURCE "/README.md"),
              testing::HasSubstr("```cpp\n" + program.substr(program.find("#include")) + "```\n"));
}

TEST_F(DocsTest, EveryOptionIsInTheSectionOfItsSubcommandOrInTheIntroduction) {
  const Words everywhere = all_options_in(introduction());
  for (const std::string& option : options_in(program_help_))
    EXPECT_TRUE(contains(everywhere, option)) << option;
  for (const Verb& verb : verbs_) {
    const Words documented = all_options_in(verb.section);
    for (const std::string& option : options_in(verb.help))
      EXPECT_TRUE(contains(documented, option) || contains(everywhere, option))
          << verb.name << " " << option;
  }
}

TEST_F(DocsTest, EveryOptionThatIsNamedIsTaken) {
  const Words everywhere = options_in(program_help_);
  Words known = everywhere;
  const auto expect_known = [&everywhere](const std::string& text, const Words& taken) {
    for (const std::string& option : all_options_in(text))
      EXPECT_TRUE(contains(taken, option) || contains(everywhere, option)) << text;
  };
  for (const Verb& verb : verbs_) {
    const Words taken = options_in(verb.help);
    known.insert(known.end(), taken.begin(), taken.end());
    for (const std::string& call : calls_in(verb.section))
      expect_known(call, options_in(verb_of(call).help));
    expect_known(std::regex_replace(verb.section, std::regex("bitline [^`\n]*"), ""), taken);
  }
  expect_known(introduction(), known);
}

TEST_F(DocsTest, EveryHelpTextHasAnExampleWithItsOwnOptions) {
  for (const Verb& verb : verbs_) {
    const std::size_t begin = verb.help.find("\nExample: ");
    ASSERT_NE(begin, std::string::npos) << verb.name;
    const std::string example = calls_in(verb.help.substr(begin)).front();
    EXPECT_EQ(verb_of(example).name, verb.name);
    for (const std::string& option : all_options_in(example))
      EXPECT_TRUE(contains(options_in(verb.help), option)) << example;
  }
}

}  // namespace
}  // namespace bitline::cli
