#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "bitline/report/labels.h"
#include "bitline/report/sections.h"

namespace bitline {
namespace {

bool on_array(const PageJson& node) { return node.at("place") == "array"; }

/// Readings of one image.
std::int64_t conversions(const PageJson& node) {
  return node.at("conversions").get<std::int64_t>() +
         node.at("reference_conversions").get<std::int64_t>();
}

std::int64_t total(const PageJson& nodes, std::int64_t (*count)(const PageJson&)) {
  std::int64_t sum = 0;
  for (const PageJson& node : nodes)
    if (on_array(node)) sum += count(node);
  return sum;
}

std::vector<PageFact> array_facts(const RunRecord& run) {
  const PageJson& array = run.mapping.at("array");
  const PageJson& nodes = run.mapping.at("nodes");
  const auto number = [&array](const char* key) { return array.at(key).get<std::int64_t>(); };
  return {{"Array", fmt::format("{} × {}", number("rows"), number("columns")),
           fmt::format("rows × columns, {} rows driven at once", number("driven_rows"))},
          {"Cells", fmt::format("{} bit", number("cell_bits")),
           array.at("encoding").get<std::string>() + " weights"},
          {"DACs", fmt::format("{} bit", number("dac_bits")), "a digit of the input at a time"},
          {"Arrays",
           grouped(total(
               nodes, [](const PageJson& node) { return node.at("arrays").get<std::int64_t>(); })),
           "not shared between layers"},
          {"Conversions", grouped(total(nodes, conversions)), "ADC readings for one image"}};
}

void add_layers(const RunRecord& run, PageTable& table) {
  for (const PageJson& node : run.mapping.at("nodes")) {
    if (!on_array(node)) continue;
    table.add(
        {run.name, node.at("name"), node.at("operator"),
         fmt::format("{}", fmt::join(node.at("shape").get<std::vector<std::int64_t>>(), " × ")),
         node.at("fan_in"), node.at("tiles"), node.at("planes"), node.at("streams"),
         node.at("arrays"), 100 * node.at("utilisation").get<double>(), node.at("partial_sum_bits"),
         node.at("accumulator_bits"), conversions(node)});
  }
}

PageJson layers_chart(const Runs& runs) {
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
    if (run.mapping.is_object()) add_layers(run, table);
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
  const std::map<std::string, std::string> places{{"integers", "digitally, in integers"},
                                                  {"real", "in real numbers"},
                                                  {"digital", "digitally"}};
  for (const RunRecord& run : runs) {
    if (!run.mapping.is_object()) continue;
    std::map<std::string, int> others;
    for (const PageJson& node : run.mapping.at("nodes")) {
      if (on_array(node)) continue;
      if (node.at("place") == "digital" && node.at("reason").get<std::string>().empty())
        ++others[node.at("operator")];
      else
        table.add({run.name, node.at("name"), node.at("operator"),
                   places.at(node.at("place").get<std::string>()), node.at("reason")});
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
    if (!run.mapping.is_object()) continue;
    if (runs.size() > 1) section.blocks.push_back(page_text(run.name, "run"));
    section.blocks.push_back(page_facts(array_facts(run)));
    any = true;
  }
  if (any) {
    section.blocks.push_back(layers_chart(runs));
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
