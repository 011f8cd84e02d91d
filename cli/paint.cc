#include "cli/paint.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace bitline::cli {

Paint Paint::for_standard_output() {
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return Paint(!refused && isatty(STDOUT_FILENO) != 0);
}

std::string Paint::between(const char* begin, const char* end, const std::string& text) const {
  return on_ ? fmt::format("\x1b[{}m{}\x1b[{}m", begin, text, end) : text;
}

}  // namespace bitline::cli
