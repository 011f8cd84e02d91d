#include "bitline/importer/zip_reader.h"

#include <zip.h>

#include <algorithm>

#include "bitline/base/error.h"

namespace bitline {
namespace {

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

[[noreturn]] void fail_to_open(zip_error_t& error) {
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  fail("the ZIP archive cannot be read: {}; the file is truncated or damaged", reason);
}

zip_t* open_archive(std::span<const std::byte> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) fail_to_open(error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    fail_to_open(error);
  }
  return archive;
}

zip_stat_t stat_of(zip_t* archive, const std::string& name) {
  zip_stat_t info;
  zip_stat_init(&info);
  if (zip_stat(archive, name.c_str(), 0, &info) != 0)
    fail("member '{}' is missing from the ZIP archive; the file is damaged", name);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if ((info.valid & kNeeded) != kNeeded || info.comp_method != ZIP_CM_STORE ||
      info.encryption_method != ZIP_EM_NONE)
    fail(
        "member '{}' of the ZIP archive is compressed or encrypted, which torch.save never does; "
        "save the file again",
        name);
  return info;
}

}  // namespace

void ZipReader::Close::operator()(zip* archive) const { zip_discard(archive); }

ZipReader::ZipReader(std::span<const std::byte> bytes)
    : archive_(open_archive(bytes)), bytes_left_(bytes.size()) {
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
    if (name == nullptr) fail("member {} of the ZIP archive has no name; the file is damaged", i);
    names_.emplace_back(name);
  }
}

bool ZipReader::contains(const std::string& name) const {
  return std::ranges::find(names_, name) != names_.end();
}

std::vector<std::byte> ZipReader::read(const std::string& name) {
  const zip_stat_t info = stat_of(archive_.get(), name);
  if (info.size > bytes_left_)
    fail("member '{}' has {} bytes, more than the ZIP archive has room for; the file is damaged",
         name, info.size);
  bytes_left_ -= info.size;
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen(archive_.get(), name.c_str(), 0));
  if (file == nullptr)
    fail("member '{}' of the ZIP archive cannot be read: {}; the file is damaged", name,
         zip_strerror(archive_.get()));
  std::vector<std::byte> bytes(info.size);
  // The byte beyond the end makes libzip compare the checksum.
  std::byte beyond{};
  if (zip_fread(file.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size()) ||
      zip_fread(file.get(), &beyond, 1) != 0)
    fail(
        "member '{}' of the ZIP archive is truncated or its checksum is wrong; the file is damaged",
        name);
  return bytes;
}

}  // namespace bitline
