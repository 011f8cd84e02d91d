#include "bitline/record/csv_table.h"

#include <charconv>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// Takes a text apart, row by row.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return place_ == text_.size(); }
  /// The line that was read last, from 1.
  std::size_t line() const { return line_; }

  std::vector<std::string> row() {
    ++line_;
    std::vector<std::string> fields;
    do {
      fields.push_back(next_is('"') ? quoted() : plain());
    } while (skip(','));
    skip('\r');
    if (!at_end() && !skip('\n')) fail("line {}: text behind a closing quote", line_);
    return fields;
  }

 private:
  bool next_is(char c) const { return !at_end() && text_[place_] == c; }
  bool skip(char c) {
    if (!next_is(c)) return false;
    ++place_;
    return true;
  }

  std::string plain() {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", place_), text_.size());
    return std::string(text_.substr(std::exchange(place_, end), end - place_));
  }

  std::string quoted() {
    std::string field;
    for (++place_; !at_end(); ++place_) {
      if (text_[place_] == '"' && !(++place_, next_is('"'))) return field;
      field += text_[place_];
    }
    fail("line {}: a quote does not end", line_);
  }

  std::string_view text_;
  std::size_t place_ = 0;
  std::size_t line_ = 0;
};

template <typename T>
T parsed(const std::string& text, const std::string& column) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    fail("column {}: \"{}\" is no number", column, text);
  return value;
}

}  // namespace

CsvTable CsvTable::parse(std::string_view text) {
  CsvTable table;
  Reader reader(text);
  if (reader.at_end()) fail("it is empty");
  for (const std::string& name : reader.row()) table.columns_.emplace(name, table.columns_.size());
  while (!reader.at_end()) {
    table.rows_.push_back(reader.row());
    if (table.rows_.back().size() != table.columns_.size())
      fail("line {} has {} fields, and the header has {}", reader.line(), table.rows_.back().size(),
           table.columns_.size());
  }
  return table;
}

const std::string& CsvTable::text(std::size_t row, const std::string& column) const {
  const auto found = columns_.find(column);
  if (found == columns_.end()) fail("it has no column {}", column);
  return rows_.at(row).at(found->second);
}

std::int64_t CsvTable::integer(std::size_t row, const std::string& column) const {
  return parsed<std::int64_t>(text(row, column), column);
}

double CsvTable::number(std::size_t row, const std::string& column) const {
  return parsed<double>(text(row, column), column);
}

}  // namespace bitline
