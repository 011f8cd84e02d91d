// docs/config.md lists the keys that are read, and their defaults.
#include <gmock/gmock.h>

#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bitline/base/file.h"
#include "bitline/pipeline/run_config.h"

namespace bitline {
namespace {

using Keys = std::map<std::string, std::string>;  // to the default

/// What stands between backticks.
std::vector<std::string> quoted_in(const std::string& cell) {
  static const std::regex quoted("`([^`]+)`");
  std::vector<std::string> found;
  for (std::sregex_iterator match(cell.begin(), cell.end(), quoted), end; match != end; ++match)
    found.push_back((*match)[1]);
  return found;
}

/// The tables of docs/config.md that begin with key, default and meaning.
class DocumentedKeys {
 public:
  explicit DocumentedKeys(const std::string& text) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) read(line);
  }
  const Keys& keys() const { return keys_; }

 private:
  void read(const std::string& line) {
    static const std::regex heading("## (?:At the top|\\[(.+)\\])");
    static const std::regex row("\\| (`.+?) \\| (.*?) \\| .*\\|");
    static const std::regex inherited("Takes the keys of `\\[(.+)\\]`.*");
    std::smatch match;
    if (std::regex_match(line, match, heading))
      prefix_ = match[1].matched ? match[1].str() + "." : "";
    else if (std::regex_search(line, match, inherited))
      inherit(match[1].str() + ".");
    else if (line.empty() || line.starts_with("| key | default |"))
      in_table_ = !line.empty();
    else if (in_table_ && std::regex_match(line, match, row))
      for (const std::string& key : quoted_in(match[1])) keys_[prefix_ + key] = match[2];
  }

  void inherit(const std::string& from) {
    for (const auto& [key, value] : Keys(keys_))
      if (key.starts_with(from)) keys_[prefix_ + key.substr(from.size())] = value;
  }

  Keys keys_;
  std::string prefix_;
  bool in_table_ = false;
};

class ConfigDocs : public testing::Test {
 protected:
  const Keys read_ = config_defaults();
  const Keys documented_ = DocumentedKeys(read_text_file(BITLINE_DOCS "/config.md")).keys();
};

TEST_F(ConfigDocs, EveryKeyThatIsReadHasARowAndNoOther) {
  std::vector<std::string> read, documented;
  for (const auto& entry : read_) read.push_back(entry.first);
  for (const auto& entry : documented_) documented.push_back(entry.first);
  EXPECT_THAT(documented, testing::ContainerEq(read));
}

// A default that is no number, text, truth value or list is told in words.
TEST_F(ConfigDocs, PlainDefaultsAreThoseOfTheProgram) {
  using Json = nlohmann::json;
  int plain = 0;
  for (const auto& [key, cell] : documented_) {
    const std::vector<std::string> quoted = quoted_in(cell);
    const Json value = Json::parse(quoted.empty() ? cell : quoted.front(), nullptr, false);
    if (value.is_discarded()) continue;
    EXPECT_EQ(value, Json::parse(read_.at(key))) << key;
    ++plain;
  }
  EXPECT_GT(plain, 60);
}

}  // namespace
}  // namespace bitline
