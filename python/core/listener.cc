#include "core/listener.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace bitline::python {
namespace {

// A callback may draw, and the lock is somebody else's in between.
constexpr std::chrono::milliseconds kInterval{50};

/// All listeners that there are. Never destroyed: threads may outlive what is.
struct Listeners {
  std::mutex mutex;
  std::condition_variable gone;
  std::set<Cancellation*> running;
  bool closed = false;
  std::thread::id closer;  ///< whose interpreter it is
};

Listeners& listeners() {
  static auto* const all = new Listeners;
  return *all;
}

}  // namespace

Listener::Listener(py::object callback) : callback_(std::move(callback)) {
  const std::lock_guard lock(listeners().mutex);
  listeners().running.insert(&cancellation_);
  if (listeners().closed) cancellation_.request();
}

Listener::~Listener() { leave(); }

void Listener::leave() {
  const std::lock_guard lock(listeners().mutex);
  listeners().running.erase(&cancellation_);
  listeners().gone.notify_all();
}

void Listener::stay_away() {
  {
    const std::lock_guard lock(listeners().mutex);
    if (!listeners().closed || listeners().closer == std::this_thread::get_id()) return;
  }
  const py::gil_scoped_release release;
  leave();
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

void Listener::stop_all() {
  const py::gil_scoped_release release;
  std::unique_lock lock(listeners().mutex);
  listeners().closed = true;
  listeners().closer = std::this_thread::get_id();
  for (Cancellation* cancellation : listeners().running) cancellation->request();
  listeners().gone.wait(lock, [] { return listeners().running.empty(); });
}

bool is_ending() {
#if PY_VERSION_HEX >= 0x030d0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

void Listener::begin(std::string_view task, std::int64_t total) {
  task_ = task;
  total_ = total;
  told_ = {};
  update(0, "");
}

void Listener::update(std::int64_t done, std::string_view note) {
  const auto now = std::chrono::steady_clock::now();
  if (now - told_ < kInterval) return;
  told_ = now;
  tell(done, note);
}

void Listener::end() { tell(total_, ""); }

void Listener::warn(std::string_view fact) {
  if (is_ending()) return;
  const py::gil_scoped_acquire gil;
  PyErr_WarnEx(PyExc_UserWarning, std::string(fact).c_str(), 1);
  if (PyErr_Occurred() == nullptr) return;
  raised_ = std::make_exception_ptr(py::error_already_set());
  cancellation_.request();
}

void Listener::tell(std::int64_t done, std::string_view note) {
  if (cancellation_.requested()) return;
  if (is_ending()) return cancellation_.request();
  const py::gil_scoped_acquire gil;
  try {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!callback_.is_none()) callback_(task_, done, total_, std::string(note));
  } catch (py::error_already_set&) {
    raised_ = std::current_exception();
    cancellation_.request();
  }
}

void Listener::rethrow() {
  if (raised_) std::rethrow_exception(raised_);
}

}  // namespace bitline::python
