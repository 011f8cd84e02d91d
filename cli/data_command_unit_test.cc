// `bitline data get` to its end. The published sets are too large for a test and cannot be made up,
// since their checksums are known: a small one stands in their place.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/testing/archives.h"
#include "bitline/testing/json_schema.h"
#include "bitline/testing/server.h"
#include "bitline/testing/temporary_folder.h"
#include "cli/command.h"

namespace bitline::cli {
namespace {

using test::FolderTest;
using test::SchemaCheck;
using test::ServedFiles;
using test::tar_gz;
using test::TestServer;

class DataCommandTest : public FolderTest {
 protected:
  /// What the program prints for `data get cifar10 --to FOLDER` and `options`.
  std::string get(const std::string& options) {
    Context context;
    Program program("bitline", "");
    add_data(program.command(), context,
             {{"cifar10", "http://127.0.0.1:1", "", {{"set.tar.gz", md5_}}}});
    testing::internal::CaptureStdout();
    program.parse(fmt::format("data get cifar10 --to \"{}\" --url {} {}", folder_.string(),
                              server_.url(), options));
    return testing::internal::GetCapturedStdout();
  }

  const std::string archive_ = tar_gz({{"set/a.bin", "first", ""}});
  const std::string md5_ = md5(std::as_bytes(std::span(archive_)));
  const TestServer server_{ServedFiles{{"/set.tar.gz", archive_}}};
};

TEST_F(DataCommandTest, SaysWhatTheConfigurationNeeds) {
  EXPECT_EQ(get(""),
            folder_.string() + ": set data.format = \"cifar10\" and data.folder to this folder\n");
  EXPECT_EQ(read_text_file(folder_ / "set/a.bin"), "first");
}

TEST_F(DataCommandTest, JsonSaysTheSameByItsSchema) {
  const auto document = nlohmann::json::parse(get("--json"));
  EXPECT_THAT(SchemaCheck::errors(
                  std::filesystem::path(BITLINE_SOURCE) / "docs/json/data.schema.json", document),
              testing::IsEmpty());
  EXPECT_EQ(document.at("folder"), folder_.string());
  EXPECT_EQ(document.at("format"), "cifar10");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "set/a.bin"));
}

}  // namespace
}  // namespace bitline::cli
