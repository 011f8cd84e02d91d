// The tables of a run folder, by the names of their columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bitline {

/// A CSV file in memory; the first line names the columns.
class CsvTable {
 public:
  /// Quotes as RFC 4180 has them. Throws Error that names the line for a row with more or fewer
  /// fields than the header and for a quote that does not end.
  static CsvTable parse(std::string_view text);

  std::size_t row_count() const { return rows_.size(); }
  bool has(const std::string& column) const { return columns_.contains(column); }
  /// A field of row 0 … row_count() − 1. Throws Error when there is no such column; the last two
  /// also for a field that is no number.
  const std::string& text(std::size_t row, const std::string& column) const;
  std::int64_t integer(std::size_t row, const std::string& column) const;
  double number(std::size_t row, const std::string& column) const;

 private:
  std::map<std::string, std::size_t> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace bitline
