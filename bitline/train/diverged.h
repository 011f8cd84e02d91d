// How a training stops whose numbers have run away.
#pragma once

#include <string>

#include "bitline/base/fail.h"

namespace bitline {

/// Throws Error that begins with `what` and says how to start again.
[[noreturn]] inline void fail_diverged(const std::string& what) {
  fail(
      "{}; start again with a lower learning_rate, from the network that was written last where "
      "one was",
      what);
}

}  // namespace bitline
