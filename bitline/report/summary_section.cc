#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <map>
#include <utility>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

std::string bits_text(std::int64_t levels) {
  const auto bits = std::bit_width(static_cast<std::uint64_t>(levels - 1));
  return fmt::format("{} bit{}; {} comparators in a flash ADC", bits, bits == 1 ? "" : "s",
                     grouped(levels - 1));
}

/// What the run asked of a plan.
std::string demand(const RunRecord& run) {
  const std::string_view images =
      run.summary.images.validation > 0 ? "validation images" : "search images, for want of others";
  return fmt::format("loses at most {} on the {}", points_text(run.summary.max_loss), images);
}

/// The number that decided, where the run's file has it.
std::string decided_by(const RunRecord& run) {
  const auto& loss = run.summary.validation_loss;
  if (!loss) return "";
  return fmt::format(": {} ({})", signed_text(fmt::format("{:.2f} points", loss->value)),
                     interval_text(*loss));
}

PageFact accuracy_fact(const std::string& label, const ResultRow& row) {
  const Interval accuracy = in_per_cent(row.test_accuracy);
  return {label, per_cent_text(accuracy.value), interval_text(accuracy)};
}

std::vector<PageFact> facts_of(const RunRecord& run, const ResultRow& row) {
  std::vector<PageFact> facts{
      {"ADC levels", std::to_string(row.levels), bits_text(row.levels)},
      {"Range method", row.ranges, treatment_text(row) + " network"},
      accuracy_fact("Test accuracy", row),
      accuracy_fact("Lossless ADCs", lossless_row(run.results)),
      {"Loss on test", signed_text(fmt::format("{:.2f} points", row.test_loss.value)),
       interval_text(row.test_loss) + ", paired"}};
  if (const ResultRow& real = run.results.front(); real.real) {
    facts.insert(facts.begin() + 3, accuracy_fact("Float network", real));
    facts.push_back({"From float on test",
                     signed_text(fmt::format("{:.2f} points", lost_from_float(real, row))),
                     "grids and ADCs together"});
  }
  return facts;
}

void add_single(const RunRecord& run, PageSection& section) {
  const auto recommended = run.recommended();
  if (!recommended) {
    section.lead = fmt::format("Of the levels tried ({}), none has a plan that {}.",
                               fmt::join(levels_tried(run.results), ", "), demand(run));
    if (const ResultRow* best = run.best_row()) {
      section.blocks.push_back(
          page_text(fmt::format("The plan that came closest, {}:", artefact_name(*best)), "note"));
      section.blocks.push_back(page_facts(facts_of(run, *best)));
    }
    for (const std::string& step : run.summary.next_steps)
      section.blocks.push_back(page_text(step, "note"));
    return;
  }
  const ResultRow& row = run.results[*recommended];
  section.lead = fmt::format("Of the levels tried ({}), {} are the fewest with which a plan {}{}.",
                             fmt::join(levels_tried(run.results), ", "), row.levels, demand(run),
                             decided_by(run));
  section.blocks.push_back(page_facts(facts_of(run, row)));
  std::string files = "The plan stands in plan.json";
  if (!row.network.empty())
    files += fmt::format(", the network that goes with it in {}; --plan {} takes both", row.network,
                         artefact_name(row));
  section.blocks.push_back(page_text(files + ".", "note"));
  if (const auto& given = run.summary.given_batch_norm; !given.empty())
    section.blocks.push_back(page_text(
        fmt::format("{} layers came without a batch-norm, as where an export folds it into the "
                    "weights; recalibrated networks have a scale and an offset for each of their "
                    "channels.",
                    given.size()),
        "note"));
}

std::string array_text(const MappingRecord::Array& array) {
  return fmt::format("{} × {}", array.number("rows"), array.number("columns"));
}

/// A count of images; a dash where the run's file is too old to say.
std::string images_text(std::int64_t images) { return images == 0 ? "–" : grouped(images); }

std::string test_note(const RunImages& images) {
  return images.test_per_class == 0 ? "the whole test set"
                                    : test_part_in_words(images.test_per_class);
}

/// "samples: a, b" in two.
std::pair<std::string, std::string> data_texts(const std::string& data) {
  const std::size_t colon = data.find(": ");
  if (colon == std::string::npos) return {data, ""};
  return {data.substr(0, colon), data.substr(colon + 2)};
}

/// What the figures stand on.
std::vector<PageFact> basis_of(const RunRecord& run) {
  const RunSummary& summary = run.summary;
  const RunImages& images = summary.images;
  std::vector<PageFact> facts;
  if (!summary.network_name.empty())
    facts.push_back({"Network", summary.network_name,
                     fmt::format("{} layers on the array", layers_in_order(run).size())});
  if (!summary.data.empty()) {
    const auto [format, files] = data_texts(summary.data);
    facts.push_back({"Data", format, files});
  }
  if (run.mapping) {
    const MappingRecord::Array& array = run.mapping->array;
    facts.push_back({"Array", array_text(array),
                     fmt::format("rows × columns, cells of {} bit{}, {}", array.number("cell_bits"),
                                 array.number("cell_bits") == 1 ? std::string() : std::string("s"),
                                 array.text("encoding"))});
  }
  facts.push_back({"Search images", images_text(images.search), "ranges were fitted to them"});
  std::string judged = images.validation > 0 ? "judged the plans" : "the search images judged";
  if (images.holdout > 0)
    judged +=
        fmt::format("; {} that training held out, retrained networks", grouped(images.holdout));
  facts.push_back({"Validation images", images_text(images.validation), judged});
  facts.push_back(
      {"Test images", images_text(images.test), images.test > 0 ? test_note(images) : ""});
  return facts;
}

/// The same of several runs, a row each.
PageJson basis_table(const Runs& runs) {
  PageTable table("basis", {{"run", "Run"},
                            {"network", "Network"},
                            {"data", "Data"},
                            {"array", "Array, rows × columns"},
                            {"search", "Search images", 0},
                            {"validation", "Validation images", 0},
                            {"test", "Test images", 0},
                            {"part", "Of the test set"}});
  const auto count = [](std::int64_t images) {
    return images == 0 ? PageJson() : PageJson(images);
  };
  for (const RunRecord& run : runs) {
    const RunImages& images = run.summary.images;
    table.add({run.name, run.summary.network_name, run.summary.data,
               run.mapping ? array_text(run.mapping->array) : "", count(images.search),
               images.validation, count(images.test), images.test > 0 ? test_note(images) : ""});
  }
  return page_table("What the figures stand on", table);
}

/// What the names of range methods mean, once; null where no file says.
PageJson methods_text(const Runs& runs) {
  std::map<std::string, std::string> methods;
  for (const RunRecord& run : runs)
    methods.insert(run.summary.range_methods.begin(), run.summary.range_methods.end());
  if (methods.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& [name, meaning] : methods)
    texts.push_back(fmt::format("{} ({})", name, meaning));
  std::string text = fmt::format("Range methods: {}.", fmt::join(texts, ", "));
  std::erase(text, '`');
  return page_text(text, "note");
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
    const double lossless = in_per_cent(lossless_row(run.results).test_accuracy).value;
    if (const auto i = run.recommended()) {
      const ResultRow& row = run.results[*i];
      const Interval test = in_per_cent(row.test_accuracy);
      table.add({run.name, row.levels, row.ranges, treatment_text(row), test.value, test.lower,
                 test.upper, lossless, row.test_loss.value, row.test_loss.lower,
                 row.test_loss.upper});
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
    section.blocks.push_back(page_facts(basis_of(runs.front())));
    for (const std::string& assumed : runs.front().summary.assumed)
      section.blocks.push_back(page_text("Assumed: " + assumed + ".", "note"));
    for (const std::string& doubt : runs.front().summary.doubts)
      section.blocks.push_back(page_text("Doubt: " + doubt + ".", "note"));
  } else {
    section.lead =
        fmt::format("{} runs side by side, each with the plan that it recommends.", runs.size());
    section.blocks.push_back(comparison(runs));
    section.blocks.push_back(basis_table(runs));
  }
  if (PageJson methods = methods_text(runs); !methods.is_null())
    section.blocks.push_back(std::move(methods));
  return section;
}

}  // namespace bitline
