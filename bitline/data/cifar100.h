// The CIFAR-100 dataset in its binary format: records of a coarse label (20 superclasses), a fine
// label and 3 x 32 x 32 pixels.
#pragma once

#include <filesystem>

#include "bitline/data/dataset.h"

namespace bitline {

/// Reads train.bin or test.bin from `folder` or from the folder cifar-100-binary in it. Labels are
/// the 100 fine ones. Throws Error that names the file for a missing, truncated or too long one,
/// for a coarse label above 19 and a fine one above 99.
///
/// There is no checksum to verify here: only the archive's is published, and `bitline data get`
/// compares that one.
Dataset load_cifar100(const std::filesystem::path& folder, Split split);

}  // namespace bitline
