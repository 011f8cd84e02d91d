// docs/config.md says of every key what the lists of fields say. After a change of theirs, run this
// test with BITLINE_WRITE_CONFIG=1 in the environment and read the difference.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <sstream>

#include "bitline/base/file.h"
#include "bitline/options/tables.h"

namespace bitline {
namespace {

constexpr const char* kFile = BITLINE_DOCS "/config.md";
constexpr std::string_view kHead = "| key | default | meaning |";

/// Rows of one table, a line each.
using Rows = std::vector<std::string>;
using RowsByTable = std::map<std::string, Rows>;

/// TOML as the documents show it: texts and lists as code.
std::string shown(const std::string& toml) {
  return toml.starts_with('"') || toml.starts_with('[') ? "`" + toml + "`" : toml;
}

/// A default that follows from another table, which no value can say.
std::string default_of(const std::string& table, const FieldText& field,
                       const std::map<std::string, std::string>& defaults) {
  const std::string key = (table.empty() ? "" : table + ".") + std::string(field.key);
  if (key == "retrain.learning_rate")
    return "a tenth of `train.learning_rate`; for a network without batch-norm of its own a 200th";
  if (!field.default_in_words.empty()) return std::string(field.default_in_words);
  return shown(defaults.at(key));
}

/// [retrain] shows what [train] does not say.
bool is_inherited(const std::string& table, const std::string& key, const std::string& cell) {
  static const std::map<std::string, std::string> defaults = config_defaults();
  const auto train = defaults.find("train." + key);
  return table == "retrain" && train != defaults.end() && shown(train->second) == cell;
}

/// What the table of a single layer has beside the keys of [array], and what it has not.
Rows rows_of_layer() {
  Rows rows;
  const LayerArray own;
  visit_fields(own, [&rows](const FieldText& field, const auto& value, const auto&...) {
    if constexpr (std::same_as<std::decay_t<decltype(value)>, std::optional<bool>>)
      rows.push_back(
          fmt::format("| `{}` | {} | {} |", field.key, field.default_in_words, field.meaning));
    else if (!field.why_of_all_layers.empty())
      rows.push_back(fmt::format("| `{}` | – | refused: {} |", field.key, field.why_of_all_layers));
  });
  return rows;
}

RowsByTable rows_of_fields() {
  const std::map<std::string, std::string> defaults = config_defaults();
  RunConfig run;
  run.cost.emplace();
  run.allocate.emplace();
  run.quantize.emplace();
  run.retrain = default_retraining(run.train);
  RowsByTable rows;
  visit_tables(run, [&](std::string_view name, const auto& table) {
    visit_fields(table, [&](const FieldText& field, const auto&...) {
      const std::string key(field.key);
      const std::string cell = default_of(std::string(name), field, defaults);
      if (is_inherited(std::string(name), key, cell)) return;
      rows[std::string(name)].push_back(
          fmt::format("| `{}` | {} | {} |", key, cell, field.meaning));
    });
  });
  rows["array.layers.\"NAME\""] = rows_of_layer();
  return rows;
}

/// The document with the rows of `fields` in place of its own, which go to `found`.
std::string with_rows(const std::string& text, const RowsByTable& fields, RowsByTable& found) {
  std::istringstream lines(text);
  std::string table, result;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "## At the top") table = "";
    if (line.starts_with("## [")) table = line.substr(4, line.size() - 5);
    if (inside && line.starts_with("| `")) {
      found[table].push_back(line);
      continue;
    }
    inside = line == kHead || (inside && line.starts_with("| ---"));
    result += line + "\n";
    if (inside && line.starts_with("| ---"))
      for (const std::string& row : fields.at(table)) result += row + "\n";
  }
  return result;
}

TEST(ConfigDocs, SayOfEveryKeyWhatTheListsOfFieldsSay) {
  const RowsByTable fields = rows_of_fields();
  RowsByTable found;
  const std::string text = with_rows(read_text_file(kFile), fields, found);
  if (std::getenv("BITLINE_WRITE_CONFIG") != nullptr) write_file_atomically(kFile, text);
  EXPECT_THAT(found, testing::ContainerEq(fields));
}

TEST(ConfigDocs, EveryKeyThatIsReadIsInAListOfFields) {
  std::map<std::string, std::string> read = config_defaults();
  RunConfig run;
  run.cost.emplace();
  run.allocate.emplace();
  run.quantize.emplace();
  run.retrain.emplace();
  visit_tables(run, [&](std::string_view name, const auto& table) {
    visit_fields(table, [&](const FieldText& field, const auto&...) {
      const std::string key =
          (name.empty() ? "" : std::string(name) + ".") + std::string(field.key);
      EXPECT_EQ(read.erase(key), 1U) << key;
    });
  });
  EXPECT_THAT(read, testing::IsEmpty());
}

}  // namespace
}  // namespace bitline
