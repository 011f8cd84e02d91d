// What a page consists of. C++ says what stands there; page/page.js says how it looks. A section is
// a list of blocks, and the script knows six kinds of them, so that a new section needs no change
// there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace bitline {

/// Keeps the order of its keys, so that a page is the same bytes each time.
using PageJson = nlohmann::ordered_json;

/// A column of a table that a page shows and charts read.
struct PageColumn {
  std::string name;   ///< what chart specifications call it
  std::string title;  ///< what people read, with its unit
  /// Decimals that people see; charts see all. None: a text.
  std::optional<int> digits = std::nullopt;
  bool hidden = false;   ///< for charts and choices alone
  bool aligned = false;  ///< texts that are numbers: to the right, as numbers are
};

/// Rows for a table, a chart, or both. Kept by column; texts that repeat are written once.
class PageTable {
 public:
  PageTable(std::string name, std::vector<PageColumn> columns);

  /// One value per column: a text, a number, or null where there is none.
  void add(std::vector<PageJson> row);
  bool empty() const { return rows_.empty(); }
  PageJson to_json() const;

 private:
  PageJson column_to_json(std::size_t column) const;

  std::string name_;
  std::vector<PageColumn> columns_;
  std::vector<std::vector<PageJson>> rows_;
};

/// A choice above a table or chart: only rows with the chosen value of `field`, or null, are shown.
/// Choices come one after the other; each offers the values that the ones before it leave. One that
/// leaves a single value is not shown.
struct PageChoice {
  std::string field;
  std::string label;
  std::string initial = {};  ///< first chosen; where it is not offered, the first one that is
  std::string all = {};      ///< not empty: also offered, first, under this name, are all rows
};

/// A number that people should see first.
struct PageFact {
  std::string label;
  std::string value;
  std::string note = {};
};

struct PageChart {
  std::string title;        ///< what it shows
  std::string description;  ///< how to read it; also read out where the chart cannot be seen
  std::string spec;         ///< name of a specification in charts/
  /// What else the specification says, by JSON pointer.
  std::vector<std::pair<std::string, PageJson>> settings = {};
  std::vector<PageTable> tables = {};  ///< the first stands behind the chart as a table
  std::vector<PageChoice> choices = {};
  bool open = false;  ///< whether people see the tables without asking for them
};

/// The blocks. `tone`: "", "note", which is smaller, or "run", the name above what is of one run.
PageJson page_text(std::string_view text, std::string_view tone = "");
PageJson page_facts(const std::vector<PageFact>& facts);
PageJson page_table(std::string_view title, const PageTable& table,
                    const std::vector<PageChoice>& choices = {});
PageJson page_chart(const PageChart& chart);
/// A text to copy: shown as it is, with a button that says `button`.
PageJson page_code(std::string_view title, std::string_view text, std::string_view button);

/// A part of a page with a heading of its own.
struct PageSection {
  std::string id;     ///< where links lead
  std::string title;  ///< short: it stands in the table of contents
  std::string lead;   ///< what the section answers, in a sentence
  std::vector<PageJson> blocks = {};
};

}  // namespace bitline
