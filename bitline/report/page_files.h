// The files that every page holds, built into the program.
#pragma once

#include <string_view>

namespace bitline {

/// Content of a file of page/, charts/ or third_party/vega/, by the name that CMakeLists.txt gives
/// it: "page.js", "charts/accuracy.json", "vega.min.js".
std::string_view page_file(std::string_view name);

}  // namespace bitline
