// What Ctrl-C does.
#pragma once

#include "bitline/base/progress.h"

namespace bitline::cli {

/// From here on the first SIGINT (Ctrl-C) or SIGTERM requests that the work stop where it can be
/// continued, and a second one ends the program at once. `cancellation` has to outlive the
/// program's work.
void stop_on_ctrl_c(Cancellation& cancellation);

}  // namespace bitline::cli
