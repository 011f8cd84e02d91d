// The safetensors format: an 8-byte little-endian header length, a JSON header, raw data.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/tensor.h"

namespace bitline {

/// What such a file holds.
struct SafeTensors {
  std::map<std::string, Tensor> tensors;        ///< by name
  std::map<std::string, std::string> metadata;  ///< texts by key: "__metadata__" of the header
};

/// Throws Error when the header is not JSON, an offset lies outside the data, tensors overlap or
/// leave gaps, or a size does not fit its shape. Sizes are checked before memory is taken. F16 and
/// BF16 become F32, which holds their values exactly.
SafeTensors parse_safetensors(std::span<const std::byte> bytes);
/// The contents of a file. Errors carry the path.
SafeTensors read_safetensors(const std::filesystem::path& path);

/// The bytes depend on names and contents alone: tensors stand in order of their names.
std::vector<std::byte> serialize_safetensors(const SafeTensors& file);
/// Writes atomically (file.h).
void write_safetensors(const std::filesystem::path& path, const SafeTensors& file);

}  // namespace bitline
