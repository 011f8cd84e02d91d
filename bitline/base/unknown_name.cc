#include "bitline/base/unknown_name.h"

#include <fmt/ranges.h>

namespace bitline {

void fail_unknown_name(std::string_view what, std::string_view name,
                       std::span<const std::string_view> known, ErrorKind kind) {
  throw Error(kind, fmt::format("{} '{}' is unknown; choose one of {}", what, name,
                                fmt::join(known, ", ")));
}

}  // namespace bitline
