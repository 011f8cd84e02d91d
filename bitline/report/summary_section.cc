#include <fmt/format.h>

#include <bit>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

std::string bits_text(std::int64_t levels) {
  const auto bits = std::bit_width(static_cast<std::uint64_t>(levels - 1));
  return fmt::format("{} bit{}; {} comparators in a flash ADC", bits, bits == 1 ? "" : "s",
                     grouped(levels - 1));
}

/// What the run asked of a plan, as far as the folder says.
std::string demand(const RunRecord& run) {
  const std::string_view images = run.description.value("validation_images", 0) > 0
                                      ? "validation images"
                                      : "search images, for want of others";
  if (!run.description.contains("max_loss"))
    return fmt::format("loses little enough on the {}", images);
  return fmt::format("loses at most {} on the {}",
                     points_text(run.description.at("max_loss").get<double>()), images);
}

std::vector<PageFact> facts_of(const RunRecord& run, const ResultRecord& row) {
  const ResultRecord& lossless = run.results.front();
  return {
      {"ADC levels", std::to_string(row.levels.value_or(0)), bits_text(row.levels.value_or(2))},
      {"Range method", row.ranges,
       row.network.empty() ? "network as it came" : row.treatment + " network"},
      {"Test accuracy", per_cent_text(row.test_accuracy.value), interval_text(row.test_accuracy)},
      {"Lossless ADCs", per_cent_text(lossless.test_accuracy.value),
       interval_text(lossless.test_accuracy)},
      {"Loss on test", signed_text(fmt::format("{:.2f} points", row.test_loss.value)),
       interval_text(row.test_loss) + ", paired"}};
}

void add_single(const RunRecord& run, PageSection& section) {
  const auto recommended = run.recommended();
  if (!recommended) {
    section.lead = fmt::format(
        "No plan {}. Allow more with search.max_loss, ask for more levels, or set "
        "search.recalibrate = true.",
        demand(run));
    return;
  }
  const ResultRecord& row = run.results[*recommended];
  section.lead = fmt::format("{} levels are the fewest with which a plan {}.",
                             row.levels.value_or(0), demand(run));
  section.blocks.push_back(page_facts(facts_of(run, row)));
  std::string files = "The plan stands in plan.json";
  if (!row.network.empty())
    files += fmt::format(", the network that goes with it in {}", row.network);
  section.blocks.push_back(page_text(files + ".", "note"));
}

PageJson comparison(const Runs& runs) {
  PageTable table("runs", {{"run", "Run"},
                           {"levels", "Levels", 0},
                           {"ranges", "Range method"},
                           {"treatment", "Network"},
                           {"accuracy", "Test accuracy, %", 2},
                           {"lower", "95 % from", 2},
                           {"upper", "to", 2},
                           {"lossless", "Lossless, %", 2},
                           {"loss", "Loss on test, points", 2},
                           {"loss_lower", "95 % from", 2},
                           {"loss_upper", "to", 2}});
  for (const RunRecord& run : runs) {
    const double lossless = run.results.front().test_accuracy.value;
    if (const auto i = run.recommended()) {
      const ResultRecord& row = run.results[*i];
      table.add({run.name, row.levels.value_or(0), row.ranges, treatment_text(row),
                 row.test_accuracy.value, row.test_accuracy.lower, row.test_accuracy.upper,
                 lossless, row.test_loss.value, row.test_loss.lower, row.test_loss.upper});
    } else {
      table.add({run.name, nullptr, "no plan is good enough", "", nullptr, nullptr, nullptr,
                 lossless, nullptr, nullptr, nullptr});
    }
  }
  return page_table("The recommended plan of each run", table);
}

}  // namespace

PageSection summary_section(const Runs& runs) {
  PageSection section{"summary", "Summary", ""};
  if (runs.size() == 1) {
    add_single(runs.front(), section);
  } else {
    section.lead =
        fmt::format("{} runs side by side, each with the plan that it recommends.", runs.size());
    section.blocks.push_back(comparison(runs));
  }
  return section;
}

}  // namespace bitline
