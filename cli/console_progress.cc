#include "cli/console_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "bitline/base/duration.h"

namespace bitline::cli {
namespace {

constexpr std::chrono::milliseconds kTerminalInterval{100};
constexpr std::chrono::seconds kLogInterval{10};

/// Unlike fmt::print, does not throw: work goes on where nobody can read how it goes.
void put(const std::string& text) { std::fputs(text.c_str(), stderr); }

/// Share of a task for each second between two milestones.
double pace(const Milestone& from, const Milestone& to) {
  return to.seconds > from.seconds ? (to.share - from.share) / (to.seconds - from.seconds) : 0;
}

/// The first units of a task often take far longer than the others, which wait for nothing, and
/// those of a search that drops candidates ever less. A pace that has lasted may be trusted.
bool can_estimate(const Milestone& now, const LastHalf& before) {
  constexpr double kFirstSeconds = 2;
  constexpr double kSteady = 2;
  const double earlier = pace(before.begin, before.middle);
  const double later = pace(before.middle, now);
  return now.seconds >= kFirstSeconds && earlier > 0 && later > 0 && later <= kSteady * earlier &&
         earlier <= kSteady * later;
}

}  // namespace

std::string progress_line(std::string_view task, const Milestone& now, std::string_view note,
                          const LastHalf& before) {
  std::string line = fmt::format("{}: {:3.0f} %", task, 100 * now.share);
  if (!note.empty()) line += fmt::format(", {}", note);
  if (now.share >= 1) return line + fmt::format(", {}", duration(now.seconds));
  if (!can_estimate(now, before)) return line + fmt::format(", {} so far", duration(now.seconds));
  return line + fmt::format(", {} left", duration((1 - now.share) / pace(before.begin, now)));
}

void Milestones::pass(const Milestone& now) {
  constexpr double kLeastSeconds = 0.2;
  constexpr double kLeastGrowth = 1.02;
  if (passed_.empty() || now.seconds > std::max(passed_.back().seconds * kLeastGrowth,
                                                passed_.back().seconds + kLeastSeconds))
    passed_.push_back(now);
}

Milestone Milestones::at(double seconds) const {
  Milestone last;
  for (const Milestone& passed : passed_)
    if (passed.seconds <= seconds) last = passed;
  return last;
}

LastHalf Milestones::last_half(double seconds) const {
  return {at(seconds / 2), at(seconds * 3 / 4)};
}

ConsoleProgress::ConsoleProgress() : terminal_(isatty(STDERR_FILENO) != 0) {}

void ConsoleProgress::begin(std::string_view task, std::int64_t total) {
  task_ = task;
  total_ = total;
  start_ = Clock::now();
  printed_ = start_;
  passed_ = {};
  last_line_.clear();
  running_ = true;
}

void ConsoleProgress::update(std::int64_t done, std::string_view note) {
  if (quiet_ || task_.empty()) return;
  const auto now = Clock::now();
  const Milestone reached{std::chrono::duration<double>(now - start_).count(),
                          total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 1};
  passed_.pass(reached);
  const bool due = terminal_ ? now - printed_ >= kTerminalInterval : now - printed_ >= kLogInterval;
  if (!due && done < total_) return;
  printed_ = now;
  print(reached, note);
}

void ConsoleProgress::print(const Milestone& now, std::string_view note) {
  const std::string line = progress_line(task_, now, note, passed_.last_half(now.seconds));
  if (terminal_) {
    const std::size_t width = std::max(line.size(), last_line_.size());
    put(fmt::format("\r{:<{}}", line, width));
  } else if (line != last_line_) {
    put(line + "\n");
  }
  last_line_ = line;
}

void ConsoleProgress::end() {
  leave_line();
  if (!std::exchange(running_, false)) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  say(fmt::format("{}: done, {:.1f} s", task_, seconds));
}

void ConsoleProgress::expect(std::string_view work) {
  if (quiet_ || !(verbose_ || terminal_)) return;
  leave_line();
  put(fmt::format("{}\n", work));
}

void ConsoleProgress::say(std::string_view fact) {
  if (!verbose_) return;
  leave_line();
  put(fmt::format("{}\n", fact));
}

void ConsoleProgress::warn(std::string_view fact) {
  if (quiet_) return;
  leave_line();
  put(fmt::format("{}\n", fact));
}

void ConsoleProgress::leave_line() {
  if (terminal_ && !last_line_.empty()) put("\n");
  last_line_.clear();
}

}  // namespace bitline::cli
