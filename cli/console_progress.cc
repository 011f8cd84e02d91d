#include "cli/console_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace bitline::cli {
namespace {

constexpr std::chrono::milliseconds kTerminalInterval{100};
constexpr std::chrono::seconds kLogInterval{10};

/// Unlike fmt::print, does not throw: work goes on where nobody can read how it goes.
void put(const std::string& text) { std::fputs(text.c_str(), stderr); }

std::string duration(double seconds) {
  const std::int64_t whole = std::llround(std::max(0.0, seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

/// The first unit of a task often takes far longer than the others: it waits for files, memory and
/// threads. After a minute that is spread over many units however small their share is.
bool can_estimate(double share, double seconds) {
  constexpr double kFirstSeconds = 2;
  constexpr double kFirstShare = 0.01;
  constexpr double kLongSeconds = 60;
  return share > 0 && seconds >= kFirstSeconds && (share >= kFirstShare || seconds >= kLongSeconds);
}

}  // namespace

std::string progress_line(std::string_view task, const Milestone& now, std::string_view note,
                          const Milestone& before) {
  std::string line = fmt::format("{}: {:3.0f} %", task, 100 * now.share);
  if (!note.empty()) line += fmt::format(", {}", note);
  if (now.share >= 1) return line + fmt::format(", {}", duration(now.seconds));
  const double gained = now.share - before.share;
  if (!can_estimate(now.share, now.seconds) || gained <= 0)
    return line + fmt::format(", {} so far", duration(now.seconds));
  const double left = (now.seconds - before.seconds) * (1 - now.share) / gained;
  return line + fmt::format(", {} left", duration(left));
}

void HalfTime::pass(const Milestone& now) {
  constexpr double kLeastSeconds = 0.2;
  constexpr double kLeastGrowth = 1.02;
  if (passed_.empty() || now.seconds > std::max(passed_.back().seconds * kLeastGrowth,
                                                passed_.back().seconds + kLeastSeconds))
    passed_.push_back(now);
}

Milestone HalfTime::of(double seconds) const {
  Milestone half;
  for (const Milestone& passed : passed_)
    if (passed.seconds <= seconds / 2) half = passed;
  return half;
}

ConsoleProgress::ConsoleProgress() : terminal_(isatty(STDERR_FILENO) != 0) {}

void ConsoleProgress::begin(std::string_view task, std::int64_t total) {
  task_ = task;
  total_ = total;
  start_ = Clock::now();
  printed_ = start_;
  half_time_ = {};
  last_line_.clear();
  running_ = true;
}

void ConsoleProgress::update(std::int64_t done, std::string_view note) {
  if (quiet_ || task_.empty()) return;
  const auto now = Clock::now();
  const Milestone reached{std::chrono::duration<double>(now - start_).count(),
                          total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 1};
  half_time_.pass(reached);
  const bool due = terminal_ ? now - printed_ >= kTerminalInterval : now - printed_ >= kLogInterval;
  if (!due && done < total_) return;
  printed_ = now;
  print(reached, note);
}

void ConsoleProgress::print(const Milestone& now, std::string_view note) {
  const std::string line = progress_line(task_, now, note, half_time_.of(now.seconds));
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
