// Archives of published datasets to files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "bitline/base/progress.h"

namespace bitline {

/// Writes the files of a gzip-compressed tar archive into `folder`, each atomically, over those of
/// the same name. Everything is read and checked before the first is written. Throws Error for
/// bytes that are no such archive or damaged, and, naming the member, for a path that is absolute
/// or has
/// "..", for anything but files and folders (links and devices), and beyond 1 GiB in all.
void unpack_tar_gz(std::span<const std::byte> archive, const std::filesystem::path& folder,
                   const Cancellation& cancellation);

}  // namespace bitline
