#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

using Layout = MappingRecord::Layout;

/// Readings of one image.
std::int64_t conversions(const Layout& layout) {
  return layout.conversions + layout.reference_conversions;
}

template <typename Count>
std::int64_t total(const MappingRecord& mapping, Count count) {
  std::int64_t sum = 0;
  for (const MappingRecord::Node& node : mapping.nodes)
    if (node.layout) sum += std::invoke(count, *node.layout);
  return sum;
}

std::vector<PageFact> array_facts(const MappingRecord& mapping) {
  const MappingRecord::Array& array = mapping.array;
  std::vector<PageFact> facts{
      {"Array", fmt::format("{} × {}", array.number("rows"), array.number("columns")),
       fmt::format("rows × columns, {} rows driven at once", array.number("driven_rows"))},
      {"Cells", fmt::format("{} bit", array.number("cell_bits")),
       array.text("encoding") + " weights"},
      {"DACs", fmt::format("{} bit", array.number("dac_bits")), "a digit of the input at a time"},
      {"Arrays", grouped(total(mapping, &Layout::arrays)), "not shared between layers"},
      {"Conversions", grouped(total(mapping, conversions)), "ADC readings for one image"}};
  const auto adcs =
      std::ranges::find(array.keys, "adcs", [](const auto& key) { return key.first; });
  if (adcs != array.keys.end())  // runs of older versions do not say it
    facts.insert(facts.begin() + 3,
                 {"ADCs", std::to_string(total(mapping, &Layout::adcs)), array.text("adcs")});
  return facts;
}

void add_layers(const RunRecord& run, PageTable& table) {
  for (const MappingRecord::Node& node : run.mapping->nodes) {
    if (!node.layout) continue;
    const Layout& own = *node.layout;
    table.add({run.name, node.name, node.op, fmt::format("{}", fmt::join(node.shape, " × ")),
               own.fan_in, own.tiles, own.planes, own.streams, own.arrays, 100 * own.utilisation,
               own.partial_sum_bits, own.accumulator_bits, conversions(own)});
  }
}

/// Layers with arrays of their own, and in what these differ; null where there is none.
PageJson own_arrays_table(const Runs& runs) {
  PageTable table("own_arrays",
                  {{"run", "Run", {}, true}, {"layer", "Layer"}, {"array", "Array of its own"}});
  bool any = false;
  for (const RunRecord& run : runs) {
    if (!run.mapping) continue;
    for (const MappingRecord::Node& node : run.mapping->nodes) {
      if (node.array.keys.empty()) continue;
      table.add({run.name, node.name, node.array.in_words()});
      any = true;
    }
  }
  return any ? page_table("Arrays of single layers", table, {run_choice()}) : PageJson();
}

PageJson layout_chart(const Runs& runs) {
  PageTable table("layers", {{"run", "Run", {}, true},
                             {"layer", "Layer"},
                             {"operator", "Operator", {}, true},
                             {"shape", "Output"},
                             {"fan_in", "Fan-in", 0},
                             {"tiles", "Tiles", 0},
                             {"planes", "Planes", 0},
                             {"streams", "Streams", 0},
                             {"arrays", "Arrays", 0},
                             {"utilisation", "Cells used, %", 1},
                             {"sum_bits", "Sum, bits", 0},
                             {"accumulator_bits", "Accumulator, bits", 0},
                             {"conversions", "Conversions", 0}});
  for (const RunRecord& run : runs)
    if (run.mapping) add_layers(run, table);
  return page_chart({.title = "ADC conversions of one image, layer by layer",
                     .description =
                         "A layer is converted once for each output, tile of its fan-in, "
                         "weight plane and input stream.",
                     .spec = "conversions",
                     .settings = {{"/height", kBarHeight * most_layers(runs)}},
                     .tables = {table},
                     .choices = {run_choice()},
                     .open = true});
}

/// What is not on the array: layers with the reason, and a line that counts the rest.
PageJson digital_table(const Runs& runs) {
  PageTable table("digital", {{"run", "Run", {}, true},
                              {"node", "Layer"},
                              {"operator", "Operator"},
                              {"place", "Computed"},
                              {"reason", "Why"}});
  const std::map<Place, std::string> places{{Place::kIntegers, "digitally, in integers"},
                                            {Place::kReal, "in real numbers"},
                                            {Place::kDigital, "digitally"}};
  for (const RunRecord& run : runs) {
    if (!run.mapping) continue;
    std::map<std::string, int> others;
    for (const MappingRecord::Node& node : run.mapping->nodes) {
      if (node.layout) continue;
      if (node.place == Place::kDigital && node.reason.empty())
        ++others[node.op];
      else
        table.add({run.name, node.name, node.op, places.at(node.place), node.reason});
    }
    for (const auto& [name, count] : others)
      table.add({run.name, fmt::format("{} more", count), name, "digitally", "between the layers"});
  }
  return page_table("Not on the array", table, {run_choice()});
}

}  // namespace

PageSection mapping_section(const Runs& runs) {
  PageSection section{"network", "Network",
                      "How the layers lie on the array, and what they cost in "
                      "conversions."};
  bool any = false;
  for (const RunRecord& run : runs) {
    if (!run.mapping) continue;
    if (runs.size() > 1) section.blocks.push_back(page_text(run.name, "run"));
    section.blocks.push_back(page_facts(array_facts(*run.mapping)));
    any = true;
  }
  if (any) {
    section.blocks.push_back(layout_chart(runs));
    if (PageJson own = own_arrays_table(runs); !own.is_null())
      section.blocks.push_back(std::move(own));
    section.blocks.push_back(digital_table(runs));
  } else {
    section.blocks.push_back(page_text(
        "The run folder holds no mapping.json, since an older Bitline wrote it. The same 'bitline "
        "run' adds it without searching again.",
        "note"));
  }
  return section;
}

}  // namespace bitline
