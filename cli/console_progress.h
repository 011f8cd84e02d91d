// Progress with the time left, on standard error.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/progress.h"

namespace bitline::cli {

/// How much of a task was done when.
struct Milestone {
  double seconds = 0;
  double share = 0;
};

/// Where a task stood when half and when three quarters of its time had passed.
struct LastHalf {
  Milestone begin;
  Milestone middle;
};

/// How a task stands: "search: 12 %, best delta 9, 3 min 05 s left", at the pace that it has had in
/// the last half of its time: work that goes on where it was stopped is done to a large part within
/// the first second, which says nothing of the rest. Where both quarters of that differ by more
/// than a factor of two, no estimate is worth anything yet, and the time so far stands in its
/// place.
std::string progress_line(std::string_view task, const Milestone& now, std::string_view note,
                          const LastHalf& before = {});

/// Where a task stood when.
class Milestones {
 public:
  /// To be called often, with what has grown.
  void pass(const Milestone& now);
  /// Of a task that has taken so long.
  LastHalf last_half(double seconds) const;

 private:
  Milestone at(double seconds) const;

  std::vector<Milestone> passed_;  ///< spread over the time so that there are few
};

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
  void expect(std::string_view work) override;
  void say(std::string_view fact) override;
  void warn(std::string_view fact) override;

  /// What is written next stands in a line of its own.
  void leave_line();

 private:
  using Clock = std::chrono::steady_clock;

  void print(const Milestone& now, std::string_view note);

  bool quiet_ = false;
  bool verbose_ = false;
  bool terminal_;
  bool running_ = false;  ///< a task
  std::string task_;
  std::int64_t total_ = 0;
  Milestones passed_;
  Clock::time_point start_;
  Clock::time_point printed_;
  std::string last_line_;
};

}  // namespace bitline::cli
