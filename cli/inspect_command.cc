// bitline inspect: how a network lies on the array.
#include <fmt/format.h>

#include <memory>

#include "bitline/graph/network_file.h"
#include "bitline/mapping/layout.h"
#include "bitline/mapping/map.h"
#include "bitline/pipeline/study.h"
#include "cli/command.h"

namespace bitline::cli {
namespace {

void print_header() {
  fmt::print("{:<24} {:>6} {:>5} {:>6} {:>7} {:>6} {:>7} {:>11} {:>8} {:>11} {:>11}\n", "layer",
             "fan-in", "tiles", "planes", "streams", "arrays", "columns", "utilisation", "sum bits",
             "accumulator", "conversions");
}

void print_layout(const LayerLayout& l) {
  fmt::print("{:<24} {:>6} {:>5} {:>6} {:>7} {:>6} {:>7} {:>9.1f} % {:>8} {:>11} {:>11}\n", l.name,
             l.fan_in, l.tiles, l.planes, l.streams, l.arrays, l.physical_columns,
             100 * l.cell_utilisation, l.partial_sum_bits, l.accumulator_bits,
             l.conversions + l.reference_conversions);
  for (const std::string& note : l.notes) fmt::print("{:<24} note: {}\n", "", note);
}

void print_float_layers(const Network& network) {
  fmt::print("The network has real weights; train it with [quantize] before it can be mapped.\n");
  const std::map<std::string, Shape> shapes = validate(network);
  for (const Node& node : network.nodes)
    fmt::print("{:<24} {:<20} {}\n", node.name, name_of(node.op), to_string(shapes.at(node.name)));
}

void inspect(const Network& network, const ArraySpec& array) {
  if (network.quant.empty()) return print_float_layers(network);
  const Executor executor(network, MacMode::kAnalog, array);
  print_header();
  std::int64_t arrays = 0;
  std::int64_t conversions = 0;
  for (const CimLayer* layer : executor.cim_layers()) {
    const LayerLayout layout = layout_of(*layer);
    print_layout(layout);
    arrays += layout.arrays;
    conversions += layout.conversions + layout.reference_conversions;
  }
  fmt::print("{:<24} {:>33} {:>40}\n", "total", arrays, conversions);
  for (const Step& step : executor.steps())
    if (step.is_layer() && !executor.is_mapped(step.node->name))
      fmt::print("{:<24} digital-integer\n", step.node->name);
}

}  // namespace

void add_inspect(CLI::App& app, Context&) {
  auto config = std::make_shared<ConfigArguments>();
  CLI::App* command =
      app.add_subcommand("inspect", "Show how a network lies on the array, layer by layer");
  command->footer(
      "Example: bitline inspect examples/quickstart.toml --set array.rows=64\n"
      "A network file (.safetensors) instead of CONFIG is shown on the default array.");
  config->add_to(*command);
  command->callback([config] {
    if (config->file.ends_with(".safetensors") || config->file.ends_with(".onnx")) {
      ModelSource model;
      model.file = config->file;
      inspect(load_network(model), ArraySpec{});
    } else {
      const RunConfig run = config->read();
      inspect(load_network(run.model), run.array);
    }
  });
}

}  // namespace bitline::cli
