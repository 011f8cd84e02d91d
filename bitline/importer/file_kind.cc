#include "bitline/importer/file_kind.h"

#include <array>
#include <fstream>

#include "bitline/base/error.h"
#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/importer/state_dict.h"
#include "bitline/importer/torch_file.h"

namespace bitline {

FileKind kind_of_file(std::span<const std::byte> begin) {
  constexpr std::size_t kLength = 8;  // of the header, little-endian
  constexpr std::byte kZero{0};
  if (is_torch_file(begin)) return FileKind::kTorch;
  const bool has_header = begin.size() > kLength && begin[kLength] == std::byte{'{'} &&
                          begin[kLength - 1] == kZero && begin[kLength - 2] == kZero;
  return has_header ? FileKind::kSafetensors : FileKind::kOther;
}

FileKind kind_of_file(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return FileKind::kOther;  // a pipe reads once
  std::array<char, 32> begin{};
  std::ifstream file(path, std::ios::binary);
  file.read(begin.data(), begin.size());
  return kind_of_file(
      std::as_bytes(std::span(begin)).first(static_cast<std::size_t>(file.gcount())));
}

std::string torch_file_in_place_of_network(const std::filesystem::path& path) {
  constexpr std::string_view kExport =
      "export the network with torch.onnx.export(model, image, \"network.onnx\"), its quantizers "
      "with it, and name that file";
  try {
    const std::size_t tensors = read_state_dict(path).tensors.size();
    return fmt::format(
        "{} holds a state_dict of PyTorch ({} tensors), which has weights but not the network they "
        "belong to; for a built-in network set model.name and model.weights = \"{}\", and for any "
        "other {}",
        path.string(), tensors, path.string(), kExport);
  } catch (const Error&) {
    return fmt::format("{} is a file of PyTorch without a state_dict that could be read here; {}",
                       path.string(), kExport);
  }
}

}  // namespace bitline
