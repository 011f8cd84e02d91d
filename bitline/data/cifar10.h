// The CIFAR-10 dataset in its binary format: records of one label byte and 3 x 32 x 32 pixels.
#pragma once

#include <filesystem>

#include "bitline/data/dataset.h"

namespace bitline {

/// Reads data_batch_1.bin ... data_batch_5.bin or test_batch.bin from `folder` or from the folder
/// cifar-10-batches-bin in it. With `verify`, each file's MD5 has to be the published one. Throws
/// Error that names the file for a missing, truncated or too long one and for a label above 9.
Dataset load_cifar10(const std::filesystem::path& folder, Split split, bool verify = false);

}  // namespace bitline
