// Colours for a terminal.
#pragma once

#include <string>

namespace bitline::cli {

/// Puts text into colours that leave each other alone, so that they nest; where it is off, text
/// stays as it is.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  /// On where standard output is a terminal and the environment has no NO_COLOR
  /// (https://no-color.org).
  static Paint for_standard_output();

  std::string bold(const std::string& text) const { return between("1", "22", text); }
  std::string green(const std::string& text) const { return between("32", "39", text); }
  std::string red(const std::string& text) const { return between("31", "39", text); }

 private:
  std::string between(const char* begin, const char* end, const std::string& text) const;

  bool on_;
};

}  // namespace bitline::cli
