// What the loaders of published datasets share.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace bitline {

/// `folder` itself, or the folder `usual_name` in it where that exists.
std::filesystem::path dataset_folder(const std::filesystem::path& folder,
                                     std::string_view usual_name);

/// Throws Error, naming `path`, when the MD5 of `bytes` is not `published`.
void verify_checksum(std::span<const std::byte> bytes, std::string_view published,
                     const std::filesystem::path& path);

/// Throws Error, naming `path`, unless it is a regular file; the message says where to get it.
void require_file(const std::filesystem::path& path, std::string_view remedy);

}  // namespace bitline
