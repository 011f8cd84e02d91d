// What is said of a name that is none of a list.
#pragma once

#include <span>
#include <string_view>

#include "bitline/base/error.h"

namespace bitline {

/// Throws Error: "`what` '`name`' is unknown; choose one of ...", with the known names.
[[noreturn]] void fail_unknown_name(std::string_view what, std::string_view name,
                                    std::span<const std::string_view> known,
                                    ErrorKind kind = ErrorKind::kUsage);

}  // namespace bitline
