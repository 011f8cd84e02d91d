#include "bitline/fetch/unpack.h"

#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/base/random.h"
#include "bitline/testing/archives.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::message_of;
using test::tar_gz;
using test::TarMember;
using testing::AllOf;
using testing::HasSubstr;

class Unpack : public FolderTest {
 protected:
  void unpack(const std::string& archive) const {
    unpack_tar_gz(std::as_bytes(std::span(archive)), into_, Cancellation());
  }
  /// The message for an archive with this member behind a good one; nothing was written.
  std::string refusal_of(const TarMember& member) const {
    const std::string message = message_of([&] {
      unpack(tar_gz({{"good.txt", "good", ""}, member}));
    });
    EXPECT_TRUE(std::filesystem::is_empty(into_));
    return message;
  }

  const std::filesystem::path into_ = [this] {
    make_folder(folder_ / "into");
    return folder_ / "into";
  }();
};

TEST_F(Unpack, WritesFilesInTheirFolders) {
  unpack(tar_gz({{"set/", "", ""}, {"set/a.bin", "first", ""}, {"set/deep/b.bin", "", ""}}));
  EXPECT_EQ(read_text_file(into_ / "set/a.bin"), "first");
  EXPECT_EQ(read_text_file(into_ / "set/deep/b.bin"), "");
}

TEST_F(Unpack, ReplacesWhatIsThere) {
  write_file_atomically(into_ / "a", std::string_view("old"));
  unpack(tar_gz({{"a", "new", ""}}));
  EXPECT_EQ(read_text_file(into_ / "a"), "new");
}

TEST_F(Unpack, AMemberThatWouldLeaveTheFolderIsRefused) {
  EXPECT_THAT(refusal_of({"../evil", "x", ""}),
              AllOf(HasSubstr("'../evil'"), HasSubstr("would leave the folder")));
  EXPECT_THAT(refusal_of({"a/../../evil", "x", ""}), HasSubstr("would leave the folder"));
  EXPECT_THAT(refusal_of({"../evil/", "", ""}), HasSubstr("would leave the folder"));
  EXPECT_THAT(refusal_of({(folder_ / "evil").string(), "x", ""}),
              HasSubstr("would leave the folder"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "evil"));
}

TEST_F(Unpack, LinksAreRefused) {
  EXPECT_THAT(refusal_of({"link", "", "/etc"}),
              AllOf(HasSubstr("'link'"), HasSubstr("neither a file nor a folder")));
  EXPECT_THAT(refusal_of({"link", "", "good.txt", true}), HasSubstr("neither a file nor a folder"));
}

TEST_F(Unpack, DamageIsRefused) {
  const std::string good = tar_gz({{"a", std::string(5000, 'x'), ""}});
  EXPECT_THAT(message_of([&] { unpack(good.substr(0, good.size() / 2)); }),
              HasSubstr("the archive is damaged"));
  EXPECT_THAT(message_of([&] { unpack("no archive"); }), HasSubstr("the archive is damaged"));
  EXPECT_TRUE(std::filesystem::is_empty(into_));
}

TEST_F(Unpack, StopsOnRequest) {
  const std::string archive = tar_gz({{"a", "x", ""}});
  Cancellation cancellation;
  cancellation.request();
  EXPECT_THROW(unpack_tar_gz(std::as_bytes(std::span(archive)), into_, cancellation), Error);
  EXPECT_TRUE(std::filesystem::is_empty(into_));
}

TEST_F(Unpack, DamageNeverCrashesNorLeavesTheFolder) {
  const std::string good = tar_gz({{"a/b", "content", ""}});
  Random random(1);
  for (int round = 0; round < 300; ++round) {
    std::string archive = good;
    archive.at(random.below(archive.size())) = static_cast<char>(random.below(256));
    message_of([&] { unpack(archive); });
  }
  std::filesystem::remove_all(into_);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace bitline
