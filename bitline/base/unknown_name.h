// What is said of a name that is none of a list.
#pragma once

#include <span>
#include <string_view>

namespace bitline {

/// Throws Error (kUsage): "`what` '`name`' is unknown; choose one of ...", with the known names.
[[noreturn]] void fail_unknown_name(std::string_view what, std::string_view name,
                                    std::span<const std::string_view> known);

}  // namespace bitline
