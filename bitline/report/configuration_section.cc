#include <fmt/format.h>

#include <algorithm>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

std::string text_of(const PageJson& description, const char* key) {
  const auto found = description.find(key);
  if (found == description.end()) return "unknown";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// The command line; older folders do not have it.
std::string reproduce(const RunRecord& run) {
  const std::string command = run.description.value("command", "");
  return command.empty() ? "bitline run CONFIG  # with the configuration below" : command;
}

PageTable seconds_table(const Runs& runs) {
  PageTable table(
      "seconds",
      {{"run", "Run", {}, runs.size() == 1}, {"stage", "Stage"}, {"seconds", "Time, s", 2}});
  for (const RunRecord& run : runs) {
    if (!run.description.contains("seconds")) continue;
    const auto skipped = run.description.value("skipped", std::vector<std::string>{});
    for (const auto& [stage, seconds] : run.description.at("seconds").items())
      if (std::ranges::find(skipped, stage) == skipped.end()) table.add({run.name, stage, seconds});
  }
  return table;
}

void add_run(const RunRecord& run, PageSection& section) {
  const PageJson& description = run.description;
  section.blocks.push_back(page_facts(
      {{"Bitline", text_of(description, "bitline"), "revision " + text_of(description, "revision")},
       {"Seed", text_of(description, "seed"), "of every random choice"},
       {"Network", text_of(description, "network").substr(0, 12), "first digits of its SHA-256"}}));
  section.blocks.push_back(
      page_code("Command that does this run again", reproduce(run), "Copy command"));
  section.blocks.push_back(
      page_code("Configuration as used", text_of(description, "config"), "Copy configuration"));
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
