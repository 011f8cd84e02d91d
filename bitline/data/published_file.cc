#include "bitline/data/published_file.h"

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"

namespace bitline {

std::filesystem::path dataset_folder(const std::filesystem::path& folder,
                                     std::string_view usual_name) {
  std::error_code error;
  const std::filesystem::path inner = folder / usual_name;
  return std::filesystem::is_directory(inner, error) ? inner : folder;
}

void verify_checksum(std::span<const std::byte> bytes, std::string_view published,
                     const std::filesystem::path& path) {
  const std::string found = md5(bytes);
  if (found != published)
    fail("{}: MD5 {} is not the published {}; the file is damaged, fetch it again", path.string(),
         found, published);
}

void require_file(const std::filesystem::path& path, std::string_view remedy) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    fail("{} is missing; {}", path.string(), remedy);
}

}  // namespace bitline
