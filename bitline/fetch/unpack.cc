#include "bitline/fetch/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

/// Larger than any set that is published here, small enough for any machine.
constexpr std::size_t kLargest = std::size_t{1} << 30;

struct Release {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

struct Member {
  fs::path path;
  std::vector<std::byte> bytes;
};

void check(archive* reader, int status) {
  if (status == ARCHIVE_OK || status == ARCHIVE_EOF) return;
  const char* reason = archive_error_string(reader);
  fail("the archive is damaged: {}; fetch it again", reason == nullptr ? "no detail" : reason);
}

/// The member's path, which stays below the folder that it is put into.
fs::path checked_path(archive_entry* entry) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0') fail("a member of the archive has no name; use another");
  fs::path path(name);
  if (path.is_absolute() || std::ranges::find(path, "..") != path.end())
    fail("member '{}' of the archive would leave the folder; do not use this archive", name);
  if (archive_entry_hardlink(entry) != nullptr ||
      (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR))
    fail("member '{}' of the archive is neither a file nor a folder; do not use this archive",
         name);
  return path;
}

/// At most `largest` bytes, whatever the header says.
std::vector<std::byte> read_content(archive* reader, std::size_t largest) {
  std::vector<std::byte> bytes;
  std::vector<std::byte> chunk(std::size_t{1} << 20);
  while (true) {
    const la_ssize_t got = archive_read_data(reader, chunk.data(), chunk.size());
    if (got < 0) check(reader, static_cast<int>(got));
    if (got <= 0) return bytes;
    if (bytes.size() + static_cast<std::size_t>(got) > largest)
      fail("the archive unpacks to more than {} bytes; do not use it", kLargest);
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
  }
}

std::vector<Member> read_members(std::span<const std::byte> bytes,
                                 const Cancellation& cancellation) {
  const std::unique_ptr<archive, Release> reader(archive_read_new());
  if (reader == nullptr) fail("no memory to unpack an archive");
  check(reader.get(), archive_read_support_filter_gzip(reader.get()));
  check(reader.get(), archive_read_support_format_tar(reader.get()));
  check(reader.get(), archive_read_open_memory(reader.get(), bytes.data(), bytes.size()));
  std::vector<Member> members;
  std::size_t total = 0;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(reader.get(), &entry)) != ARCHIVE_EOF) {
    cancellation.check();
    check(reader.get(), status);
    const fs::path path = checked_path(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    members.push_back({path, read_content(reader.get(), kLargest - total)});
    total += members.back().bytes.size();
  }
  return members;
}

}  // namespace

void unpack_tar_gz(std::span<const std::byte> archive, const fs::path& folder,
                   const Cancellation& cancellation) {
  for (const Member& member : read_members(archive, cancellation)) {
    cancellation.check();
    const fs::path target = folder / member.path;
    make_folder(target.parent_path());
    write_file_atomically(target, member.bytes);
  }
}

}  // namespace bitline
