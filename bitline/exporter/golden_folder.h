// The folder of golden vectors: what one export writes there, the next takes away. Internal to
// exporter/.
#pragma once

#include <filesystem>

#include "bitline/base/json.h"

namespace bitline {

/// Makes the folder, deletes the files that an earlier export, finished or not, says that it wrote,
/// and notes those of `manifest` in its place. Throws Error (kUsage) where manifest.json is not
/// that of golden vectors.
void begin_golden_folder(const std::filesystem::path& folder, const Json& manifest);

/// All files are there: the note becomes manifest.json.
void finish_golden_folder(const std::filesystem::path& folder);

}  // namespace bitline
