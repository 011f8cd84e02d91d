// Archives that tests unpack.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bitline::test {

/// A member of an archive. With `target`, a symbolic link, or a hard one.
struct TarMember {
  std::string path;
  std::string content;
  std::string target;
  bool hard = false;
};

/// A gzip-compressed tar archive.
inline std::string tar_gz(const std::vector<TarMember>& members) {
  std::string bytes(1 << 20, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_add_filter_gzip(writer);
  archive_write_set_format_pax_restricted(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  EXPECT_EQ(archive_write_open_memory(writer, bytes.data(), bytes.size(), &used), ARCHIVE_OK);
  for (const TarMember& member : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, member.path.c_str());
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, member.path.ends_with('/')             ? AE_IFDIR
                                      : member.target.empty() || member.hard ? AE_IFREG
                                                                             : AE_IFLNK);
    if (member.hard)
      archive_entry_set_hardlink(entry, member.target.c_str());
    else if (!member.target.empty())
      archive_entry_set_symlink(entry, member.target.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, member.content.data(), member.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  bytes.resize(used);
  return bytes;
}

}  // namespace bitline::test
