// The table that a person reads at the end of a run.
#pragma once

#include "bitline/pipeline/run.h"

namespace bitline::cli {

/// Prints the accuracies of all plans, then the layers of the recommended one.
void print_results(const RunOutcome& outcome, double max_loss);

/// Prints one line per layer, in the order of the network: levels, range, thresholds.
void print_plan(const AdcPlan& plan, const Network& network);

}  // namespace bitline::cli
