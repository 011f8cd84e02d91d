#include "bitline/fetch/download.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/server.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::expect_error;
using test::FolderTest;
using test::message_of;
using test::ServedFiles;
using test::TestServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// 100,000 bytes that are not all alike.
std::string content() {
  std::string text;
  while (text.size() < 100000) text += fmt::format("{},", text.size());
  return text.substr(0, 100000);
}

std::string md5_of(const std::string& text) { return md5(std::as_bytes(std::span(text))); }

/// Asks to stop as soon as half of the bytes are there.
class StopHalfWay : public SilentProgress {
 public:
  explicit StopHalfWay(Cancellation& cancellation) : cancellation_(cancellation) {}
  void begin(std::string_view, std::int64_t total) override { total_ = total; }
  void update(std::int64_t done, std::string_view) override {
    if (2 * done >= total_) cancellation_.request();
  }

 private:
  Cancellation& cancellation_;
  std::int64_t total_ = 0;
};

class Download : public FolderTest {
 protected:
  void get(const TestServer& server) {
    download({server.url() + "/set/a.gz", md5_of(content())}, file_, {progress_, cancellation_});
  }
  std::string refusal_of(const TestServer& server) {
    return message_of([&] { get(server); });
  }
  void put_part(std::string_view text) const { write_file_atomically(part_, text); }

  const std::filesystem::path file_ = folder_ / "a.gz";
  const std::filesystem::path part_ = folder_ / "a.gz.part";
  const ServedFiles files_{{"/set/a.gz", content()}};
  SilentProgress progress_;
  Cancellation cancellation_;
};

TEST_F(Download, BringsTheWholeFile) {
  const TestServer server(files_);
  get(server);
  EXPECT_EQ(read_text_file(file_), content());
  EXPECT_FALSE(std::filesystem::exists(part_));
  EXPECT_THAT(server.requests(), ElementsAre("/set/a.gz 0"));
}

TEST_F(Download, AsksNothingWhereTheFileIsThere) {
  write_file_atomically(file_, std::string_view(content()));
  const TestServer server(files_);
  get(server);
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(Download, AFileOfOtherContentIsReplaced) {
  write_file_atomically(file_, std::string_view("old"));
  const TestServer server(files_);
  get(server);
  EXPECT_EQ(read_text_file(file_), content());
}

TEST_F(Download, GoesOnWhereTheConnectionBroke) {
  {
    const TestServer hangs_up(files_, {.most_bytes = 30000});
    EXPECT_THAT(refusal_of(hangs_up), AllOf(HasSubstr(hangs_up.url() + "/set/a.gz: "),
                                            HasSubstr("30000 bytes have arrived")));
  }
  const TestServer server(files_);
  get(server);
  EXPECT_EQ(read_text_file(file_), content());
  EXPECT_THAT(server.requests(), ElementsAre("/set/a.gz 30000"));
}

TEST_F(Download, BeginsAgainWhereTheServerKnowsNoRanges) {
  put_part(content().substr(0, 30000));
  const TestServer server(files_, {.ranges = false});
  get(server);
  EXPECT_EQ(read_text_file(file_), content());
}

TEST_F(Download, BeginsAgainWhereThePartIsTooLong) {
  put_part(content() + "more");
  const TestServer server(files_);
  get(server);
  EXPECT_EQ(read_text_file(file_), content());
  EXPECT_THAT(server.requests(), ElementsAre("/set/a.gz 100004", "/set/a.gz 0"));
}

TEST_F(Download, APartThatIsCompleteIsOnlyRenamed) {
  put_part(content());
  const TestServer server(files_);
  get(server);
  EXPECT_EQ(read_text_file(file_), content());
  EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(Download, AnotherChecksumIsRefusedAndLeavesNothing) {
  const TestServer server(ServedFiles{{"/set/a.gz", "something else"}});
  EXPECT_THAT(refusal_of(server), AllOf(HasSubstr("MD5 " + md5_of("something else") +
                                                  " is not the published " + md5_of(content())),
                                        HasSubstr("--url")));
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_FALSE(std::filesystem::exists(part_));
}

TEST_F(Download, AFileThatTheServerLacksIsNamed) {
  const TestServer server(ServedFiles{});
  EXPECT_THAT(refusal_of(server), AllOf(HasSubstr(server.url() + "/set/a.gz"), HasSubstr("404")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Download, AServerThatIsNotThereIsNamed) {
  std::string url;
  {
    const TestServer server(ServedFiles{});
    url = server.url();
  }
  EXPECT_THAT(message_of([&] {
                download({url + "/a", ""}, file_, {progress_, cancellation_});
              }),
              HasSubstr(url + "/a: "));
}

TEST_F(Download, OtherProtocolsAreRefused) {
  put_part("x");
  EXPECT_THAT(message_of([&] {
                download({"file://" + part_.string(), ""}, file_, {progress_, cancellation_});
              }),
              HasSubstr("rotocol"));
}

TEST_F(Download, StopsOnRequestAndGoesOn) {
  // Long enough to arrive in several pieces.
  std::string text;
  while (text.size() < 5000000) text += content();
  const TestServer server(ServedFiles{{"/b", text}});
  StopHalfWay stopping(cancellation_);
  expect_error(ErrorKind::kInterrupted, "stopped on request", [&] {
    download({server.url() + "/b", md5_of(text)}, file_, {stopping, cancellation_});
  });
  EXPECT_GT(std::filesystem::file_size(part_), 0U);
  download({server.url() + "/b", md5_of(text)}, file_, {progress_, Cancellation()});
  EXPECT_EQ(read_text_file(file_), text);
  EXPECT_NE(server.requests().at(1), "/b 0");
}

TEST_F(Download, AFolderThatIsMissingIsNamed) {
  const TestServer server(files_);
  EXPECT_THAT(message_of([&] {
                download({server.url() + "/set/a.gz", ""}, folder_ / "absent/a.gz",
                         {progress_, cancellation_});
              }),
              HasSubstr((folder_ / "absent/a.gz.part").string()));
}

}  // namespace
}  // namespace bitline
