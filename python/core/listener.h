// Long work as Python sees it: without the interpreter's lock, with a callback, stopped by Ctrl-C.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <exception>
#include <string>
#include <type_traits>

#include "bitline/base/fail.h"
#include "bitline/base/progress.h"

namespace bitline::python {

namespace py = pybind11;

/// Calls `callback(task, done, total, note)` from time to time, and asks the interpreter for
/// signals; whatever either raises stops the work, and is raised at its end.
class Listener : public ProgressSink {
 public:
  /// None: nobody listens, and signals are asked for all the same.
  explicit Listener(py::object callback);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void begin(std::string_view task, std::int64_t total) override;
  void update(std::int64_t done, std::string_view note) override;
  void end() override;
  void warn(std::string_view fact) override;

  Job job() { return {*this, cancellation_}; }
  /// Stops the work of all listeners that there are, and waits until they are gone: a thread must
  /// not come back from its work when the interpreter has ended. Whoever begins behind it is
  /// stopped at once. To be called with the interpreter's lock, which it gives away while it waits.
  static void stop_all();
  /// Raises what the callback or a signal has raised.
  void rethrow();
  /// Does not come back where stop_all() has stopped this thread's work: the interpreter is ending,
  /// and an exception that a thread prints meanwhile is fatal to it (since Python 3.13). To be
  /// called with the interpreter's lock.
  void stay_away();

 private:
  void tell(std::int64_t done, std::string_view note);
  void leave();

  py::object callback_;
  Cancellation cancellation_;
  std::exception_ptr raised_;
  std::string task_;
  std::int64_t total_ = 0;
  std::chrono::steady_clock::time_point told_;
};

/// Whether the interpreter is about to go: its lock must not be asked for any more.
bool is_ending();

/// What `work(job)` gives, done without the interpreter's lock.
template <typename Work>
auto at_work(const py::object& callback, const Work& work) {
  Listener listener(callback);
  const auto unlocked = [&] {
    const py::gil_scoped_release release;
    return work(listener.job());
  };
  try {
    if constexpr (std::is_void_v<decltype(unlocked())>) {
      unlocked();
      listener.rethrow();
    } else {
      auto result = unlocked();
      listener.rethrow();
      return result;
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) throw;
    listener.stay_away();
    listener.rethrow();
    throw;
  }
}

}  // namespace bitline::python
