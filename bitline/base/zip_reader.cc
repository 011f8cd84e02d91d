#include "bitline/base/zip_reader.h"

#include <fmt/ranges.h>
#include <zip.h>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

struct Close {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Member = std::unique_ptr<zip_file_t, Close>;

[[noreturn]] void fail_archive(zip_error_t* error) {
  const std::string reason = zip_error_strerror(error);
  zip_error_fini(error);
  fail("not a ZIP archive, or a damaged one: {}; write it again", reason);
}

/// Uncompressed size of a member, after everything that it claims has been found possible.
std::size_t checked_size(const zip_stat_t& member, std::size_t archive, std::size_t largest) {
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if ((member.valid & kNeeded) != kNeeded) fail("its size is not stated; write it again");
  if (member.encryption_method != ZIP_EM_NONE) fail("it is encrypted; write it without a password");
  if (member.comp_method != ZIP_CM_STORE && member.comp_method != ZIP_CM_DEFLATE)
    fail("compression method {} is not known; store or deflate it", member.comp_method);
  if (member.size > largest)
    fail("{} bytes are more than the {} that it may have", member.size, largest);
  if (member.comp_size > archive)
    fail("{} compressed bytes in an archive of {}; it is damaged", member.comp_size, archive);
  // 258 bytes from two bits is the most that DEFLATE can make of its input.
  constexpr zip_uint64_t kMostPerByte = 1032;
  const zip_uint64_t per_byte = member.comp_method == ZIP_CM_STORE ? 1 : kMostPerByte;
  if (member.size / per_byte > member.comp_size)
    fail("{} bytes cannot come from {} compressed ones; the archive is damaged", member.size,
         member.comp_size);
  return static_cast<std::size_t>(member.size);
}

std::vector<std::byte> read_member(zip_t* archive, const zip_stat_t& info, std::size_t size) {
  std::vector<std::byte> bytes(size);
  const Member file(zip_fopen_index(archive, info.index, 0));
  if (file == nullptr) fail("it cannot be opened: {}; write it again", zip_strerror(archive));
  std::size_t done = 0;
  // The read that finds the end also compares the checksum, so one more byte is asked for.
  std::byte beyond{};
  while (true) {
    const bool full = done == bytes.size();
    const zip_int64_t got = full ? zip_fread(file.get(), &beyond, 1)
                                 : zip_fread(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0) fail("it is damaged: {}; write it again", zip_file_strerror(file.get()));
    if (got == 0) break;
    if (full) fail("more than its {} bytes came out; the archive is damaged", bytes.size());
    done += static_cast<std::size_t>(got);
  }
  if (done != bytes.size())
    fail("{} of {} bytes came out; the archive is damaged", done, bytes.size());
  return bytes;
}

}  // namespace

void ZipReader::Release::operator()(zip* archive) const { zip_discard(archive); }

ZipReader::ZipReader(std::span<const std::byte> bytes) : size_(bytes.size()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) fail_archive(&error);
  archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (archive_ == nullptr) {
    zip_source_free(source);
    fail_archive(&error);
  }
  zip_error_fini(&error);
}

bool ZipReader::has(const std::string& name) const {
  return zip_name_locate(archive_.get(), name.c_str(), 0) >= 0;
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i)
    if (const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
        name != nullptr)
      names.emplace_back(name);
  return names;
}

std::vector<std::byte> ZipReader::read(const std::string& name, std::size_t largest) const {
  zip_stat_t info;
  zip_stat_init(&info);
  if (zip_stat(archive_.get(), name.c_str(), 0, &info) != 0)
    fail("there is no '{}'; it holds {}", name,
         names().empty() ? "nothing" : fmt::format("{}", fmt::join(names(), ", ")));
  return with_context(
      name, [&] { return read_member(archive_.get(), info, checked_size(info, size_, largest)); });
}

}  // namespace bitline
