#include "cli/run_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/nearest_name.h"
#include "bitline/record/result_row.h"
#include "bitline/record/run_summary.h"
#include "bitline/run/run_network.h"

namespace bitline::cli {
namespace {

namespace fs = std::filesystem;

/// A plan of a run and the network that goes with it: files, or empty for none and for the network
/// that the run began with.
struct Pair {
  fs::path plan;
  fs::path network;
  std::string doubt;  ///< RunChoice::doubt
};

Pair pair_of(const fs::path& folder, const std::string& plan, const std::string& network) {
  return {folder / plan, network.empty() ? fs::path() : folder / network, {}};
}

/// A name without "-recalibrated" is the network that nothing was done to, which is rarely meant
/// where something was.
std::string doubt_of(const std::vector<ResultRow>& rows, const ResultRow& chosen) {
  if (chosen.treatment != Treatment::kNone) return "";
  std::vector<std::string> others;
  const std::string name = artefact_name(chosen);
  for (const ResultRow& row : rows) {
    const std::string other = artefact_name(row);
    if (row.treatment != Treatment::kNone &&
        other == fmt::format("{}-{}", name, name_of(row.treatment)))
      others.push_back(fmt::format("'{}' has the {} one", other, name_of(row.treatment)));
  }
  if (others.empty()) return "";
  return fmt::format("--plan {} takes the network that was neither recalibrated nor retrained; {}",
                     name, fmt::join(others, ", "));
}

Pair named(const fs::path& folder, const std::string& plan) {
  const std::vector<ResultRow> rows = rows_from_csv(read_text_file(folder / "results.csv"));
  std::vector<std::string> names;
  for (const ResultRow& row : rows) {
    const std::string name = artefact_name(row);
    if (name == plan) {
      Pair pair = pair_of(folder, row.plan, row.network);
      pair.doubt = doubt_of(rows, row);
      return pair;
    }
    if (!name.empty()) names.push_back(name);
  }
  const std::string nearest = nearest_name(plan, names);
  fail_usage("--plan {}: the run in {} has no plan of that name, and there is no such file; {}",
             plan, folder.string(),
             fmt::format("{}there are {}",
                         nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest),
                         fmt::join(names, ", ")));
}

/// Whether it trained its network, or put it on grids.
bool makes_network(const RunSummary& summary) {
  return summary.seconds.contains("train") || summary.seconds.contains("quantize");
}

Pair choose(const fs::path& folder, const RunSummary& summary, const std::string& plan) {
  if (plan == "lossless") return {};
  if (plan.empty() && summary.recommended.empty())
    fail_usage("the run in {} recommends no plan; name one with --plan, or 'lossless'",
               folder.string());
  if (plan.empty()) return pair_of(folder, summary.recommended, summary.recommended_network);
  // A file of that name in the working folder is no surprise to whoever has both.
  if (fs::exists(plan)) return {plan, {}, {}};
  return named(folder, plan);
}

Config config_of(const fs::path& folder, const RunSummary& summary) {
  const fs::path base = (folder / summary.config_folder).lexically_normal();
  return Config::from_text(summary.config, (base / "run.json").string());
}

fs::path first_network(const fs::path& folder, const RunSummary& summary) {
  return config_of(folder, summary).root().table("model").path("file", {});
}

/// RunChoice::reference
fs::path reference_of(const fs::path& folder, const RunSummary& summary) {
  return makes_network(summary) ? folder / kRunNetwork : first_network(folder, summary);
}

RunSummary summary_of(const fs::path& folder) {
  const fs::path file = folder / "run.json";
  if (!fs::exists(file))
    fail_usage(
        "--run {}: there is no finished run; where one was stopped, 'bitline run' goes on with it",
        folder.string());
  return with_context(file.string(), [&] { return run_summary_from_json(read_text_file(file)); });
}

}  // namespace

RunChoice choose_of_run(const fs::path& folder, const std::string& plan) {
  const RunSummary summary = summary_of(folder);
  RunChoice choice{config_of(folder, summary), {}, {}, {}};
  auto [plan_file, network, doubt] = choose(folder, summary, plan);
  choice.plan = plan_file;
  choice.doubt = doubt;
  choice.reference = reference_of(folder, summary);
  if (network.empty() && makes_network(summary)) network = choice.reference;
  if (!network.empty()) {
    choice.config.remove("model");
    // Not by its name alone, which as TOML might be something else.
    choice.config.set("model.file=" + (network.is_absolute() ? network : "." / network).string());
  }
  return choice;
}

fs::path first_network_of_run(const fs::path& folder) {
  return first_network(folder, summary_of(folder));
}

}  // namespace bitline::cli
