// Whole files: read with a size check, written so that no reader ever sees half of one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bitline {

/// The file's bytes. Throws Error that names the path when it is missing, not a regular file, or
/// cannot be read.
std::vector<std::byte> read_file(const std::filesystem::path& path);
std::string read_text_file(const std::filesystem::path& path);

/// Writes a temporary file beside `path`, syncs it, and renames it over `path`. Throws Error on a
/// full disk or a missing right, and then leaves neither a temporary file nor a changed `path`.
/// Follows links; refuses folders, devices and pipes. The caller ignores SIGXFSZ, so that a limit
/// on the size of files is an Error and no death.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// `path` as it is called from `folder`, both relative to the working folder or absolute.
std::filesystem::path seen_from(const std::filesystem::path& folder,
                                const std::filesystem::path& path);

/// The last name of a folder's whole path, also where it is written "runs/first/" or ".".
std::string folder_name(const std::filesystem::path& folder);

/// Writes every byte to an open file, also when the system takes them in parts. `path` is for the
/// message of the Error that a full disk or a limit on the size of files causes.
void write_all(int descriptor, std::span<const std::byte> bytes, const std::filesystem::path& path);

/// Deletes the temporary files in `folder` and below that write_file_atomically left when its
/// process was killed. Only for a folder into which no one else writes.
void remove_temporary_files(const std::filesystem::path& folder);

/// Makes the folder and its parents. Throws Error that names the path when that is impossible.
void make_folder(const std::filesystem::path& path);

}  // namespace bitline
