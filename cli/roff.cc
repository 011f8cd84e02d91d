#include "cli/roff.h"

#include <fmt/format.h>

#include <cstddef>
#include <sstream>
#include <vector>

namespace bitline::cli {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// The code point that begins at `text[place]`, which is moved to its last byte.
unsigned code_point(std::string_view text, std::size_t& place) {
  const auto lead = static_cast<unsigned char>(text[place]);
  unsigned point = lead >= 0xF0U ? lead & 0x07U : lead >= 0xE0U ? lead & 0x0FU : lead & 0x1FU;
  while (place + 1 < text.size() && is_continuation(text[place + 1]))
    point = point << 6U | (static_cast<unsigned char>(text[++place]) & 0x3FU);
  return point;
}

/// What would be printed as something else, by its name; of other characters nothing.
std::string_view name_of(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '`':
      return "\\(ga";
    case '\'':
      return "\\(aq";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    default:
      return "";
  }
}

/// A line that begins with a full stop would be a request.
std::string guarded(const std::string& line) { return line.starts_with('.') ? "\\&" + line : line; }

/// Emphasis and links of one line.
class Inline {
 public:
  explicit Inline(std::string_view line) : line_(line) {}

  std::string roff() {
    for (std::size_t i = 0; i < line_.size(); ++i) {
      const char c = line_[i];
      if (c == '`' || (c == '*' && !in_code_)) {
        take_up();
        toggle(c);
      } else if (c == ']' && !in_code_ && line_.substr(i).starts_with("](")) {
        i = line_.find(')', i);  // the link's target
      } else if (c != '[' || in_code_ || !begins_link(i)) {
        text_ += c;
      }
    }
    take_up();
    return guarded(result_);
  }

 private:
  bool begins_link(std::size_t i) const {
    for (bool in_code = false; ++i < line_.size();) {
      if (line_[i] == '`') in_code = !in_code;
      if (line_[i] == ']' && !in_code) return line_.substr(i).starts_with("](");
    }
    return false;
  }
  void toggle(char mark) {
    bool& open = mark == '`' ? in_code_ : in_emphasis_;
    open = !open;
    const char* font = mark == '`' ? "\\fB" : "\\fI";
    result_ += open ? font : "\\fR";
  }
  void take_up() {
    result_ += roff_of_text(text_);
    text_.clear();
  }

  std::string_view line_;
  std::string text_;  ///< read, and not yet in the result
  std::string result_;
  bool in_code_ = false;
  bool in_emphasis_ = false;
};

std::string roff_of_line(std::string_view line) { return Inline(line).roff(); }

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream stream(row.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) {
    const std::size_t begin = cell.find_first_not_of(' ');
    if (begin != std::string::npos)
      cells.push_back(cell.substr(begin, cell.find_last_not_of(' ') + 1 - begin));
  }
  return cells;
}

/// What stands in the first cell, and then the others.
std::string roff_of_row(const std::string& row) {
  const std::vector<std::string> cells = cells_of(row);
  std::string rest;
  for (std::size_t i = 1; i < cells.size(); ++i) rest += (i > 1 ? "; " : "") + cells[i];
  return fmt::format(".TP\n{}\n{}\n", roff_of_line(cells.front()), roff_of_line(rest));
}

/// One line after the other, each by what the ones before it have begun.
class Blocks {
 public:
  std::string roff(std::string_view text) {
    std::istringstream stream{std::string(text)};
    for (std::string line; std::getline(stream, line);) add(line);
    return result_;
  }

 private:
  void add(const std::string& line) {
    if (line.starts_with("```")) return fence();
    if (in_code_) return append(guarded(roff_of_text(line)));
    if (line.empty()) return leave();
    if (line.starts_with('|')) return add_row(line);
    if (line.starts_with("- ")) return append(".IP \\(bu 2\n" + roff_of_line(line.substr(2)));
    if (!in_paragraph_) begin();
    in_paragraph_ = true;
    append(roff_of_line(line));
  }
  void fence() {
    if (!in_code_) begin();
    append(in_code_ ? ".EE" : ".EX");
    in_code_ = !in_code_;
  }
  /// A new paragraph; the first one has nothing to be kept apart from.
  void begin() {
    if (!result_.empty()) append(".PP");
  }
  /// Headings of a table and the line below it have no place in a list.
  void add_row(const std::string& line) {
    if (++rows_ > 2) result_ += roff_of_row(line);
  }
  void leave() {
    in_paragraph_ = false;
    rows_ = 0;
  }
  void append(const std::string& line) { result_ += line + "\n"; }

  std::string result_;
  bool in_code_ = false;
  bool in_paragraph_ = false;
  int rows_ = 0;  ///< of the table so far
};

}  // namespace

std::string roff_of_text(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view name = name_of(text[i]);
    if (!name.empty())
      result += name;
    else if (static_cast<unsigned char>(text[i]) < 0x80U)
      result += text[i];
    else
      result += fmt::format("\\[u{:04X}]", code_point(text, i));
  }
  return result;
}

std::string roff_of_markdown(std::string_view text) { return Blocks().roff(text); }

}  // namespace bitline::cli
