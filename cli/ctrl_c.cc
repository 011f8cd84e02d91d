#include "cli/ctrl_c.h"

#include <csignal>

namespace bitline::cli {
namespace {

Cancellation* signalled = nullptr;  // what the handler of SIGINT and SIGTERM sets

void request_stop(int) { signalled->request(); }

}  // namespace

void stop_on_ctrl_c(Cancellation& cancellation) {
  signalled = &cancellation;
  struct sigaction action {};
  action.sa_handler = request_stop;
  // A second Ctrl-C ends the program at once; a write that the first one meets goes on.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace bitline::cli
