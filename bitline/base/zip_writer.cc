#include "bitline/base/zip_writer.h"

#include <zip.h>

#include <memory>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// 1 January 1980, the first day that a ZIP archive knows.
constexpr zip_uint16_t kFirstDay = 1 << 5 | 1;

struct Release {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Source = std::unique_ptr<zip_source_t, Release>;
using Archive = std::unique_ptr<zip_t, Release>;

[[noreturn]] void fail_zip(zip_error_t* error) {
  fail("cannot make a ZIP archive: {}", zip_error_strerror(error));
}

void add_member(zip_t* archive, const ZipMember& member) {
  zip_source_t* source = zip_source_buffer(archive, member.bytes.data(), member.bytes.size(), 0);
  if (source == nullptr) fail_zip(zip_get_error(archive));
  const zip_int64_t index = zip_file_add(archive, member.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail("cannot add {} to a ZIP archive: {}; give members names of their own", member.name,
         zip_strerror(archive));
  }
  const auto at = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(archive, at, 0, kFirstDay, 0) != 0)
    fail_zip(zip_get_error(archive));
}

/// The bytes that zip_close() wrote.
std::vector<std::byte> contents(zip_source_t* source) {
  zip_stat_t info;
  if (zip_source_stat(source, &info) != 0 || zip_source_open(source) != 0)
    fail_zip(zip_source_error(source));
  std::vector<std::byte> bytes(info.size);
  const zip_int64_t read = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  BITLINE_CHECK_EQ(read, static_cast<zip_int64_t>(bytes.size()));
  return bytes;
}

}  // namespace

std::vector<std::byte> zip_archive(std::span<const ZipMember> members) {
  zip_error_t error;
  zip_error_init(&error);
  const Source source(zip_source_buffer_create(nullptr, 0, 0, &error));
  if (source == nullptr) fail_zip(&error);
  Archive archive(zip_open_from_source(source.get(), ZIP_TRUNCATE, &error));
  if (archive == nullptr) fail_zip(&error);
  zip_source_keep(source.get());  // the archive has taken one reference; this one is ours
  for (const ZipMember& member : members) add_member(archive.get(), member);
  if (zip_close(archive.get()) != 0) fail_zip(zip_get_error(archive.get()));
  static_cast<void>(archive.release());
  return contents(source.get());
}

}  // namespace bitline
