#include "bitline/run/run_account.h"

#include <algorithm>

#include "bitline/base/file.h"
#include "bitline/base/version.h"
#include "bitline/evaluate/wilson_interval.h"
#include "bitline/record/search_summary.h"

namespace bitline {

namespace {

/// What the search itself measured of its plan: by the labels, with the network's own statistics;
/// nothing where it looked at something else.
std::optional<Interval> searched_accuracy(const RunConfig& config, const RunStages& stages,
                                          const PlanCase& own) {
  if (own.ranges == kAllocated || config.search.options.objective == Objective::kAgreement ||
      config.search.statistics != SearchStatistics::kStored)
    return {};
  const ScoreRecord score =
      search_summary_from_json(stages.folder().read_text("searches/" + own.name + ".json")).score;
  return wilson_interval(score.correct, score.images);
}

}  // namespace

UnfinishedRun unfinished_account(const RunConfig& config, const RunStages& stages,
                                 const RunRows& rows, const std::vector<SearchedPlan>& plans,
                                 const std::vector<PendingRow>& pending) {
  UnfinishedRun unfinished{version(), config.as_used, {}};
  const auto add = [&](const std::string& name, Treatment treatment) -> FinishedPlan& {
    const auto known = std::ranges::find(unfinished.plans, name, &FinishedPlan::name);
    if (known != unfinished.plans.end()) return *known;
    return unfinished.plans.emplace_back(rows.measured(name, treatment));
  };
  add("lossless", Treatment::kNone);
  for (const auto& [own, plan] : plans) {
    FinishedPlan& finished = add(own.name, Treatment::kNone);
    if (!finished.search) finished.search = searched_accuracy(config, stages, own);
  }
  for (const PendingRow& row : pending) add(row.name, row.treatment);
  return unfinished;
}

RunSummary account_of(const RunConfig& config, const RunOutcome& outcome,
                      const std::string& network_hash, const std::filesystem::path& folder,
                      const std::map<std::string, double>& seconds) {
  RunSummary summary;
  summary.version = version();
  summary.revision = git_revision();
  summary.seed = config.seed;
  summary.network = network_hash;
  summary.command = config.command;
  summary.objective = name_of(config.search.options.objective);
  summary.max_loss = config.search.max_loss.to_double();
  summary.assumed = outcome.assumed;
  summary.doubts = outcome.doubts;
  summary.next_steps = outcome.next_steps;
  summary.network_name = outcome.network.name;
  summary.data = in_words(config.data);
  summary.images = outcome.images;
  for (const RangeMethod method : config.search.ranges)
    summary.range_methods.emplace(method->name, method->meaning);
  if (config.allocate)
    summary.range_methods.emplace(config.allocate->ranges->name, config.allocate->ranges->meaning);
  summary.config = config.as_used;
  summary.config_folder = seen_from(folder, config.folder).generic_string();
  if (outcome.recommended) {
    const ResultRow& row = outcome.rows[*outcome.recommended];
    summary.recommended = row.plan;
    summary.recommended_network = row.network;
    summary.validation_loss = row.validation_loss_interval;
  }
  summary.given_batch_norm = outcome.given_batch_norm;
  summary.seconds = seconds;
  summary.skipped = outcome.skipped;
  return summary;
}

}  // namespace bitline
