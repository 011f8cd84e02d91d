#include "bitline/fetch/published_set.h"

#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/testing/archives.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/server.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::message_of;
using test::ServedFiles;
using test::tar_gz;
using test::TestServer;
using testing::ElementsAre;
using testing::HasSubstr;

std::string md5_of(const std::string& text) { return md5(std::as_bytes(std::span(text))); }

class PublishedSetTest : public FolderTest {
 protected:
  void fetch(const PublishedSet& set) {
    fetch_set(set, folder_ / "data", {progress_, cancellation_});
  }

  SilentProgress progress_;
  Cancellation cancellation_;
};

TEST_F(PublishedSetTest, ArchivesAreUnpackedWhereTheyLie) {
  const std::string archive = tar_gz({{"set/a.bin", "first", ""}});
  const TestServer server(ServedFiles{{"/a.tar.gz", archive}});
  fetch({"set", server.url(), "", {{"a.tar.gz", md5_of(archive)}}});
  EXPECT_EQ(read_text_file(folder_ / "data/set/a.bin"), "first");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "data/a.tar.gz"));
}

TEST_F(PublishedSetTest, OtherFilesStayAsTheyAre) {
  const TestServer server(ServedFiles{{"/x/a.gz", "first"}, {"/x/b.gz", "second"}});
  fetch(
      {"set", server.url() + "/x", "set", {{"a.gz", md5_of("first")}, {"b.gz", md5_of("second")}}});
  EXPECT_EQ(read_text_file(folder_ / "data/set/a.gz"), "first");
  EXPECT_EQ(read_text_file(folder_ / "data/set/b.gz"), "second");
}

TEST_F(PublishedSetTest, ASecondTimeOnlyWhatIsMissingIsFetched) {
  const TestServer server(ServedFiles{{"/a.gz", "first"}, {"/b.gz", "second"}});
  const PublishedSet set{
      "set", server.url(), "", {{"a.gz", md5_of("first")}, {"b.gz", md5_of("second")}}};
  fetch(set);
  std::filesystem::remove(folder_ / "data/b.gz");
  fetch(set);
  EXPECT_THAT(server.requests(), ElementsAre("/a.gz 0", "/b.gz 0", "/b.gz 0"));
}

TEST_F(PublishedSetTest, AnArchiveThatWouldLeaveTheFolderIsNamed) {
  const std::string archive = tar_gz({{"../evil", "x", ""}});
  const TestServer server(ServedFiles{{"/a.tar.gz", archive}});
  EXPECT_THAT(message_of([&] {
                fetch({"set", server.url(), "", {{"a.tar.gz", md5_of(archive)}}});
              }),
              HasSubstr((folder_ / "data/a.tar.gz").string() + ": member '../evil'"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "evil"));
}

TEST(PublishedSets, HaveAChecksumForEveryFile) {
  for (const PublishedSet& set : published_sets())
    for (const PublishedArchive& file : set.files) EXPECT_EQ(file.md5.size(), 32U) << file.name;
}

}  // namespace
}  // namespace bitline
