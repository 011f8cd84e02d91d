// Links between the documents of the repository lead somewhere.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "bitline/base/file.h"

namespace bitline::cli {
namespace {

namespace fs = std::filesystem;

/// A document without its blocks of code.
std::vector<std::string> lines_of_prose(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  bool in_code = false;
  for (std::string line; std::getline(stream, line);) {
    const bool is_fence = line.starts_with("```");
    if (!in_code && !is_fence) lines.push_back(line);
    in_code = in_code != is_fence;
  }
  return lines;
}

/// Letters, digits, hyphens and underscores in lower case, spaces as hyphens. Of what is not ASCII,
/// Greek letters stay and signs go.
std::string slug(const std::string& heading) {
  const std::string text =
      std::regex_replace(heading, std::regex(R"(\[([^\]]*)\]\([^)]*\))"), "$1");
  std::string result;
  bool is_greek = false;  // the byte belongs to such a letter
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xC0) is_greek = byte == 0xCE || byte == 0xCF;
    if (byte >= 0x80 ? is_greek : std::isalnum(byte) != 0 || c == '-' || c == '_')
      result += byte >= 0x80 ? c : static_cast<char>(std::tolower(byte));
    else if (c == ' ')
      result += '-';
  }
  return result;
}

/// What a link into a document may name; of headings that are alike the later ones have a number.
std::set<std::string> anchors_in(const std::string& document) {
  std::set<std::string> anchors;
  std::map<std::string, int> seen;
  static const std::regex heading("#{1,6} (.+)");
  for (const std::string& line : lines_of_prose(document)) {
    std::smatch match;
    if (!std::regex_match(line, match, heading)) continue;
    const std::string anchor = slug(match[1]);
    const int before = seen[anchor]++;
    anchors.insert(before == 0 ? anchor : fmt::format("{}-{}", anchor, before));
  }
  return anchors;
}

/// Targets of links and pictures; those in `code` are none.
std::vector<std::string> links_in(const std::string& document) {
  std::vector<std::string> links;
  static const std::regex code("`[^`]*`");
  static const std::regex link(R"(\]\(([^)\s]+)\))");
  for (const std::string& line : lines_of_prose(document)) {
    const std::string text = std::regex_replace(line, code, "");
    for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end; ++match)
      links.push_back((*match)[1]);
  }
  return links;
}

/// Every *.md of the repository, none of what is built or fetched.
std::vector<fs::path> documents() {
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator entry(BITLINE_SOURCE), end; entry != end; ++entry) {
    const std::string name = entry->path().filename().string();
    const bool is_ours = name != ".git" && name != "build" && name != "shared" && name != "runs";
    if (entry->is_directory() && !is_ours) entry.disable_recursion_pending();
    if (entry->path().extension() == ".md") found.push_back(entry->path());
  }
  return found;
}

/// Links to other hosts are not followed.
bool leads_somewhere(const fs::path& from, const std::string& link) {
  static const std::regex elsewhere("[a-z]+:.*");
  if (std::regex_match(link, elsewhere)) return true;
  const std::size_t hash = std::min(link.find('#'), link.size());
  const fs::path file = hash == 0 ? from : from.parent_path() / link.substr(0, hash);
  if (!fs::exists(file)) return false;
  return hash == link.size() || anchors_in(read_text_file(file)).contains(link.substr(hash + 1));
}

TEST(LinksTest, EveryLinkOfADocumentLeadsToAFileAndAHeadingThatAreThere) {
  const std::vector<fs::path> all = documents();
  EXPECT_THAT(all, testing::Contains(fs::path(BITLINE_SOURCE "/README.md")));
  EXPECT_THAT(all, testing::Contains(fs::path(BITLINE_SOURCE "/docs/results.md")));
  for (const fs::path& document : all)
    for (const std::string& link : links_in(read_text_file(document)))
      EXPECT_TRUE(leads_somewhere(document, link)) << document << ": " << link;
}

TEST(LinksTest, AHeadingIsNamedByItsLettersAndDigits) {
  EXPECT_THAT(anchors_in("# Cells of −1 and +1\n## `results.csv`\n### δ in halves\n"
                         "```\n# a comment\n```\n## [Rows](a.md), again\n# δ in halves\n"),
              testing::UnorderedElementsAre("cells-of-1-and-1", "resultscsv", "δ-in-halves",
                                            "rows-again", "δ-in-halves-1"));
}

TEST(LinksTest, LinksInCodeAreNone) {
  EXPECT_THAT(links_in("[a](b.md), ![c](d.png) and `[e](f.md)`\n```\n[g](h.md)\n```\n[i](#j)"),
              testing::ElementsAre("b.md", "d.png", "#j"));
}

}  // namespace
}  // namespace bitline::cli
