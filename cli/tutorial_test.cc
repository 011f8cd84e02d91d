// The tutorials in docs/ say what the program says: their commands are run, and their output is
// compared. With BITLINE_WRITE_TUTORIAL in the environment the documents take the output over
// instead.
#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <set>

#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Outcome;
using test::StudyTest;

/// A fenced block of the document: its kind, and the lines between the fences.
struct Block {
  std::string kind;
  std::vector<std::string> lines;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

/// Calls `change` for each block, front to back, and puts what it leaves in its place.
template <typename Change>
std::string with_blocks(const std::string& document, const Change& change) {
  std::vector<std::string> result;
  std::optional<Block> block;
  for (const std::string& line : lines_of(document)) {
    const bool fence = line.starts_with("```");
    if (fence && block) {
      change(*block);
      result.insert(result.end(), block->lines.begin(), block->lines.end());
      block.reset();
      result.push_back(line);
    } else if (fence) {
      block = Block{line.substr(3), {}};
      result.push_back(line);
    } else {
      (block ? block->lines : result).push_back(line);
    }
  }
  return joined(result);
}

/// The kind of a block whose numbers differ between machines, as those of trainings do.
constexpr const char* kVaries = "console varies";

/// Each number, its sign and the spaces around it as one "#".
std::string without_numbers(const std::string& text) {
  return std::regex_replace(text, std::regex(" *-?[0-9]+(\\.[0-9]+)? *"), "#");
}

class TutorialTest : public StudyTest {
 protected:
  TutorialTest() { ::unsetenv("OMP_NUM_THREADS"); }

  /// "# NAME", then the contents: those of the example that was copied there, if one was.
  void write_file(const Block& block) {
    const std::string name = block.lines.front().substr(2);
    const std::string contents = joined({block.lines.begin() + 1, block.lines.end()});
    if (copied_.contains(name)) {
      EXPECT_EQ(contents, read_text_file(folder() / name)) << name;
    }
    write(name, contents);
  }

  /// Lines "bitline …" and "cp EXAMPLE NAME", whose output the document does not show.
  void run_lines(const Block& block) {
    for (const std::string& line : block.lines) {
      if (line.starts_with("bitline ")) {
        said("$ " + line);
        continue;
      }
      std::istringstream words(line);
      std::string copy, from, to;
      words >> copy >> from >> to;
      ASSERT_EQ(copy, "cp") << line;
      write(to, read_text_file(std::filesystem::path(BITLINE_SOURCE) / from));
      copied_.insert(to);
    }
  }

  /// "$ bitline …", then what it prints on standard output, without trailing spaces and the path of
  /// the folder that it works in.
  std::vector<std::string> said(const std::string& command) {
    std::istringstream stream(command.substr(std::string("$ bitline ").size()));
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << command << "\n" << joined(outcome.errors);
    const std::string here = folder().string() + "/";
    std::vector<std::string> lines = lines_of(outcome.output);
    for (std::string& line : lines) {
      line.erase(line.find_last_not_of(' ') + 1);
      if (const std::size_t at = line.find(here); at != std::string::npos)
        line.erase(at, here.size());
    }
    return lines;
  }

  void follow(Block& block) {
    if (block.kind == "toml") return write_file(block);
    if (block.kind == "sh") return run_lines(block);
    if (!block.kind.starts_with("console")) return;
    std::vector<std::string> lines{block.lines.front()};
    for (const std::string& line : said(lines.front())) lines.push_back(line);
    if (!writes_ && block.kind == kVaries) {
      EXPECT_EQ(without_numbers(joined(lines)), without_numbers(joined(block.lines)));
    } else if (!writes_) {
      EXPECT_EQ(joined(lines), joined(block.lines));
    }
    block.lines = lines;
  }

  void follow_document(const std::string& document) {
    const std::filesystem::path source(BITLINE_SOURCE);
    std::filesystem::create_directory_symlink(source / "assets", folder() / "assets");
    int commands = 0;
    const std::string followed = with_blocks(read_text_file(source / document), [&](Block& block) {
      follow(block);
      commands += block.kind.starts_with("console") ? 1 : 0;
    });
    EXPECT_GT(commands, 5);
    if (writes_) write_file_atomically(source / document, followed);
  }

  std::set<std::string> copied_;  // examples, by the name of the copy
  const bool writes_ = std::getenv("BITLINE_WRITE_TUTORIAL") != nullptr;
};

TEST_F(TutorialTest, SaysWhatTheProgramSays) { follow_document("docs/tutorial.md"); }

TEST_F(TutorialTest, OfAMacroSaysWhatTheProgramSays) {
  if (!test::trains()) GTEST_SKIP() << test::kNoTraining;
  follow_document("docs/tutorial-macro.md");
}

}  // namespace
}  // namespace bitline::cli
