// The summary of a run in colour, where a person looks at it.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "bitline/testing/program.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::Call;
using test::matches;
using test::StudyTest;

/// A pseudo terminal, small outputs only: it holds some kilobytes.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    if (master_ < 0) throw std::runtime_error("no pseudo terminal; is /dev/pts mounted?");
    EXPECT_EQ(::grantpt(master_), 0);
    EXPECT_EQ(::unlockpt(master_), 0);
    // What was written is lost once nobody has the other side open.
    slave_ = ::open(path().c_str(), O_RDWR | O_NOCTTY);
  }
  ~Terminal() {
    ::close(slave_);
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::filesystem::path path() const { return ::ptsname(master_); }

  /// All that was written so far, without the carriage returns that a terminal adds.
  std::string read() const {
    std::string text;
    std::array<char, 4096> part;
    for (ssize_t got = 0; (got = ::read(master_, part.data(), part.size())) > 0;)
      text.append(part.data(), static_cast<std::size_t>(got));
    std::erase(text, '\r');
    return text;
  }

 private:
  int master_;
  int slave_ = -1;
};

class ColourTest : public StudyTest {
 protected:
  ColourTest() { ::unsetenv("NO_COLOR"); }
  ~ColourTest() override { ::unsetenv("NO_COLOR"); }

  /// What the second run prints: the first one has done the work.
  std::string plain() const {
    run(kRun);
    return run(kRun).output;
  }
  std::string on_terminal() const {
    const Terminal terminal;
    Call call = this->call();
    call.output = terminal.path();
    EXPECT_EQ(run(kRun, call).exit_code, 0);
    return terminal.read();
  }

  static inline const std::vector<std::string> kRun{"run", "study.toml", "--out", "r"};
};

TEST_F(ColourTest, OnATerminalTheRecommendedRowIsBoldAndGoodLossesAreGreen) {
  const std::string text = plain();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  const std::string painted = on_terminal();
  EXPECT_THAT(matches(painted, std::regex("\n\x1b\\[1m( +3 .*)\x1b\\[22m\n")),
              testing::ElementsAre(testing::HasSubstr("<- plan.json")));
  EXPECT_THAT(painted, testing::ContainsRegex("\x1b\\[32m-?[0-9.]+ \\["));
  EXPECT_EQ(std::regex_replace(painted, std::regex("\x1b\\[[0-9]+m"), ""), text);
}

TEST_F(ColourTest, NoColorKeepsATerminalPlain) {
  const std::string text = plain();
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_EQ(on_terminal(), text);
}

}  // namespace
}  // namespace bitline::cli
