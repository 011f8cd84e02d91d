// What kind of file it is, by what it holds.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace bitline {

enum class FileKind {
  kSafetensors,  ///< the length of a header, and the header
  kTorch,        ///< what torch.save wrote: a ZIP archive, or the older format
  kOther
};

/// By the first bytes.
FileKind kind_of_file(std::span<const std::byte> begin);
/// kOther too where there is no such file, or it cannot be read.
FileKind kind_of_file(const std::filesystem::path& path);

/// What to do with a file of torch.save that stands where a network belongs.
std::string torch_file_in_place_of_network(const std::filesystem::path& path);

}  // namespace bitline
