// Progress with the time left, on standard error.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "bitline/base/progress.h"

namespace bitline::cli {

/// How a task stands after `seconds`, of which `share` is done: "search: 12 %, best delta 9, 3 min
/// 05 s left". Where no estimate is worth anything yet, the time so far stands in its place.
std::string progress_line(std::string_view task, double share, std::string_view note,
                          double seconds);

/// On a terminal one line that is written over; elsewhere a line every ten seconds, so that a log
/// stays short.
class ConsoleProgress : public ProgressSink {
 public:
  ConsoleProgress();

  /// --quiet: nothing.
  void be_quiet() { quiet_ = true; }
  /// --verbose: facts, and how long each task took, too.
  void be_verbose() { verbose_ = true; }

  void begin(std::string_view task, std::int64_t total) override;
  void update(std::int64_t done, std::string_view note) override;
  void end() override;
  void say(std::string_view fact) override;

  /// What is written next stands in a line of its own.
  void leave_line();

 private:
  using Clock = std::chrono::steady_clock;

  void print(std::int64_t done, std::string_view note);

  bool quiet_ = false;
  bool verbose_ = false;
  bool terminal_;
  bool running_ = false;  ///< a task
  std::string task_;
  std::int64_t total_ = 0;
  Clock::time_point start_;
  Clock::time_point printed_;
  std::string last_line_;
};

}  // namespace bitline::cli
