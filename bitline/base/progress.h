// How long work tells the outside world where it stands, and how it is asked to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "bitline/base/error.h"

namespace bitline {

/// Receives the progress of long work. The library calls it, cli/ prints it. Calls come from one
/// thread at a time.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// A task of `total` units begins, for example ("search conv3, 4 levels", 128).
  virtual void begin(std::string_view task, std::int64_t total) = 0;
  /// `done` units of the current task are finished; `note` says how it goes ("best delta 9").
  virtual void update(std::int64_t done, std::string_view note) = 0;
  /// The current task is over.
  virtual void end() = 0;
  /// A fact about the work, in one line, for those who ask for details: what was read, which stage
  /// was skipped.
  virtual void say(std::string_view) {}
  /// What is about to be done, and how long it will take, for those who watch.
  virtual void expect(std::string_view) {}
  /// The same for everybody: what was asked for is done in another way.
  virtual void warn(std::string_view) {}
};

/// For callers who do not care.
class SilentProgress : public ProgressSink {
 public:
  void begin(std::string_view, std::int64_t) override {}
  void update(std::int64_t, std::string_view) override {}
  void end() override {}
};

/// Set by a signal handler or another thread; long work polls it between its steps.
class Cancellation {
 public:
  /// Asks for a stop. For any thread and signal handlers.
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  /// Whether a stop was asked for.
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  /// Throws Error of kind kInterrupted once a stop was requested.
  void check() const {
    if (requested())
      throw Error(ErrorKind::kInterrupted,
                  "stopped on request; give the same command again to go on");
  }

 private:
  std::atomic<bool> requested_{false};
};

/// Long work as those see it who do it: where it tells how far it is, and who may ask it to stop.
/// Refers to both, which outlive the work.
struct Job {
  ProgressSink& progress;            ///< where the work tells how far it is
  const Cancellation& cancellation;  ///< what it polls between its steps
};

}  // namespace bitline
