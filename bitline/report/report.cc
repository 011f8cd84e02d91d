#include "bitline/report/report.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/record/unfinished_run.h"
#include "bitline/report/page.h"
#include "bitline/report/run_record.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

using SectionMaker = std::function<std::optional<PageSection>(const Runs&)>;

std::vector<SectionMaker> section_makers() {
  return {summary_section,   accuracy_section, cost_section, levels_section, plan_section,
          diagnosis_section, mapping_section,  sums_section, search_section, configuration_section};
}

std::string title_of(const Runs& runs) {
  if (runs.size() == 1) return runs.front().name;
  return fmt::format("{} runs compared", runs.size());
}

/// Of a single run that was stopped.
std::optional<UnfinishedRun> read_unfinished(std::span<const std::filesystem::path> folders) {
  if (folders.size() != 1) return {};
  const std::filesystem::path file = folders[0] / kUnfinishedFile;
  if (!std::filesystem::exists(file)) return {};
  return with_context(file.string(),
                      [&] { return unfinished_run_from_json(read_text_file(file)); });
}

}  // namespace

std::string make_report(std::span<const std::filesystem::path> folders, std::string_view version) {
  if (const auto unfinished = read_unfinished(folders)) {
    Page page{folder_name(folders[0]) + ", unfinished", fmt::format("Bitline {}", version)};
    page.sections.push_back(unfinished_section(*unfinished));
    return to_html(page);
  }
  const Runs runs = read_runs(folders);
  Page page{title_of(runs), fmt::format("Bitline {}", version)};
  for (const SectionMaker& make : section_makers())
    if (std::optional<PageSection> section = make(runs))
      page.sections.push_back(*std::move(section));
  return to_html(page);
}

}  // namespace bitline
