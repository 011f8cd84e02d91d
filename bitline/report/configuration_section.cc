#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

/// The command line, where the run was not given by a program.
std::string reproduce(const RunRecord& run) {
  const std::string& command = run.summary.command;
  return command.empty() ? "bitline run CONFIG  # with the configuration below" : command;
}

PageTable seconds_table(const Runs& runs) {
  PageTable table(
      "seconds",
      {{"run", "Run", {}, runs.size() == 1}, {"stage", "Stage"}, {"seconds", "Time, s", 2}});
  for (const RunRecord& run : runs) {
    const std::vector<std::string>& skipped = run.summary.skipped;
    std::vector<std::pair<std::string, double>> stages;
    double total = 0;
    for (const auto& [stage, seconds] : run.summary.seconds) {
      if (std::ranges::find(skipped, stage) != skipped.end()) continue;
      stages.emplace_back(stage, seconds);
      total += seconds;
    }
    std::ranges::stable_sort(stages, std::ranges::greater(),
                             [](const auto& stage) { return stage.second; });
    if (!stages.empty()) table.add({run.name, "all stages", total});
    for (const auto& [stage, seconds] : stages) table.add({run.name, stage, seconds});
  }
  return table;
}

void add_run(const RunRecord& run, PageSection& section) {
  const RunSummary& summary = run.summary;
  section.blocks.push_back(
      page_facts({{"Bitline", summary.version, "revision " + summary.revision},
                  {"Seed", std::to_string(summary.seed), "of every random choice"},
                  {"Network", summary.network.substr(0, 12), "first digits of its SHA-256"}}));
  section.blocks.push_back(
      page_code("Command that does this run again", reproduce(run), "Copy command"));
  section.blocks.push_back(
      page_code("Configuration as used", summary.config, "Copy configuration"));
}

}  // namespace

PageSection configuration_section(const Runs& runs) {
  PageSection section{"configuration", "Configuration",
                      "All that it takes to get the same numbers again."};
  for (const RunRecord& run : runs) {
    if (runs.size() > 1) section.blocks.push_back(page_text(run.name, "run"));
    add_run(run, section);
  }
  const PageTable seconds = seconds_table(runs);
  if (!seconds.empty())
    section.blocks.push_back(page_table("Time of each stage that was not up to date", seconds));
  return section;
}

}  // namespace bitline
