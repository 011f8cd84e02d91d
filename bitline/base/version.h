// What this program is and was built from.
#pragma once

#include <string>

namespace bitline {

/// "0.1.0".
std::string version();
/// Short git revision of the build, with "-modified" for a changed tree; "unknown" outside git.
std::string git_revision();
/// Version, revision and compiler: parts of one program have the same.
std::string build_identity();

}  // namespace bitline
