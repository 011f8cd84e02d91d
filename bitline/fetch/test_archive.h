// What the tests of this folder share: a folder of their own, and archives.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/error.h"

namespace bitline {

/// A folder of its own for each test, removed at the end.
class FetchTest : public testing::Test {
 protected:
  FetchTest()
      : folder_(std::filesystem::path(testing::TempDir()) /
                fmt::format("bitline_fetch_{}_{}", ::getpid(),
                            testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~FetchTest() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_;
};

/// The message of the Error that `body` throws.
template <typename Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

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

}  // namespace bitline
