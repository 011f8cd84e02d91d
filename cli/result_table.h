// The table that a person reads at the end of a run.
#pragma once

#include <optional>
#include <vector>

#include "bitline/record/unfinished_run.h"
#include "bitline/run/run.h"
#include "cli/paint.h"

namespace bitline::cli {

/// Prints the accuracies of all plans, and which one is recommended: bold. Losses on the test set
/// of at most `max_loss` points are green, others red.
void print_rows(const std::vector<ResultRow>& rows, std::optional<std::size_t> recommended,
                double max_loss, const Paint& paint);

/// Prints what a run that was stopped has measured by then.
void print_unfinished(const UnfinishedRun& run);

/// Says, behind a table, that its test images are a part of the test set; nothing where they are
/// all.
void print_test_part(std::int64_t test_per_class);

/// Prints the accuracies of all plans, then the layers of the recommended one.
void print_results(const RunOutcome& outcome, double max_loss, const Paint& paint);

/// Says that these layers came without batch-norm, and what `who` have instead; nothing where there
/// are none.
void print_given_batch_norm(const std::vector<std::string>& layers, std::string_view who);

/// How much of brute force's work a search did; for ranges from statistics, that there was none.
std::string share_of_brute_force(std::int64_t images_measured, std::int64_t images_in_full);

/// Prints one line per layer, in the order of the network: levels, range, thresholds. A full range
/// and a table have no δ, and a table no one step.
void print_plan(const AdcPlan& plan, const Network& network);

}  // namespace bitline::cli
