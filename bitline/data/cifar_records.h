// The records that the CIFAR datasets consist of: label bytes, then 3 x 32 x 32 pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "bitline/data/dataset.h"

namespace bitline {

/// How many classes each label byte of a record tells apart, in the order of the bytes. The last
/// byte is the label that counts.
using CifarLabels = std::span<const std::int32_t>;

/// The records of one file: images U8 [records, 3, 32, 32], labels, and classes; no names. Throws
/// Error for bytes that are not whole records, and for a label byte outside its classes.
Dataset parse_cifar(std::span<const std::byte> bytes, CifarLabels labels);

/// One file of a published set.
struct CifarFile {
  std::string_view name;
  std::int64_t records;
  std::string_view md5;  ///< as published, or empty: nothing to compare with
};

/// The records of all `files`, which lie in `folder`, one file after the other; no class names.
/// `archive` is what the remedy for a missing file names. With `verify`, each file's MD5 has to be
/// the published one. Throws Error that names the file for a missing, truncated or too long one and
/// for a label out of range.
Dataset load_cifar_files(const std::filesystem::path& folder, std::span<const CifarFile> files,
                         CifarLabels labels, std::string_view archive, bool verify);

}  // namespace bitline
