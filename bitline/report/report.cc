#include "bitline/report/report.h"

#include <fmt/format.h>

#include "bitline/base/error.h"
#include "bitline/report/page.h"
#include "bitline/report/run_record.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

using SectionMaker = PageSection (*)(const Runs&);

constexpr SectionMaker kSections[] = {summary_section,      accuracy_section, plan_section,
                                      mapping_section,      sums_section,     search_section,
                                      configuration_section};

std::string title_of(const Runs& runs) {
  if (runs.size() == 1) return runs.front().name;
  return fmt::format("{} runs compared", runs.size());
}

}  // namespace

std::string make_report(std::span<const std::filesystem::path> folders, std::string_view version) {
  const Runs runs = read_runs(folders);
  Page page{title_of(runs), fmt::format("Bitline {}", version)};
  try {
    for (const SectionMaker section : kSections) page.sections.push_back(section(runs));
  } catch (const nlohmann::json::exception& error) {
    fail("a field of run.json or mapping.json is missing or of another kind: {}", error.what());
  }
  return to_html(page);
}

}  // namespace bitline
