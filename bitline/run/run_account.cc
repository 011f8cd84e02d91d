#include "bitline/run/run_account.h"

#include "bitline/base/file.h"
#include "bitline/base/version.h"

namespace bitline {

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
