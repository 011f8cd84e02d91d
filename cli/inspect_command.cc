// bitline inspect: how a network lies on the array.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "bitline/mapping/layout.h"
#include "bitline/mapping/map.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/quantize/trial_grids.h"
#include "bitline/runtime/stays_digital.h"
#include "bitline/study/fitting_formats.h"
#include "bitline/study/inputs.h"
#include "bitline/study/mapping_report.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct InspectArguments {
  ConfigArguments config;
  bool json = false;
};

/// Of the column of names.
int name_width(const Executor& executor) {
  std::size_t width = 24;
  for (const CimLayer* layer : executor.cim_layers()) width = std::max(width, layer->name.size());
  return static_cast<int>(width);
}

void print_header(int width) {
  fmt::print("{:<{}} {:>6} {:>5} {:>6} {:>7} {:>6} {:>7} {:>11} {:>8} {:>11} {:>11}\n", "layer",
             width, "fan-in", "tiles", "planes", "streams", "arrays", "columns", "utilisation",
             "sum bits", "accumulator", "conversions");
}

void print_layout(const LayerLayout& l, int width) {
  fmt::print("{:<{}} {:>6} {:>5} {:>6} {:>7} {:>6} {:>7} {:>9.1f} % {:>8} {:>11} {:>11}\n", l.name,
             width, l.fan_in, l.tiles, l.planes, l.streams, l.arrays, l.physical_columns,
             100 * l.cell_utilisation, l.partial_sum_bits, l.accumulator_bits,
             l.conversions + l.reference_conversions);
  for (const std::string& note : l.notes) fmt::print("{:<{}} note: {}\n", "", width, note);
}

void print_layouts(const Executor& executor, const MappingRecord& mapping) {
  const int width = name_width(executor);
  print_header(width);
  std::int64_t arrays = 0;
  std::int64_t conversions = 0;
  for (const CimLayer* layer : executor.cim_layers()) {
    const LayerLayout layout = layout_of(*layer);
    print_layout(layout, width);
    const auto node = std::ranges::find(mapping.nodes, layer->name, &MappingRecord::Node::name);
    if (!node->array.keys.empty())
      fmt::print("{:<{}} note: array of its own, {}\n", "", width, node->array.in_words());
    arrays += layout.arrays;
    conversions += layout.conversions + layout.reference_conversions;
  }
  fmt::print("{:<{}} {:>33} {:>40}\n", "total", width, arrays, conversions);
  fmt::print("\nADCs: {}\n", mapping.array.text("adcs"));
}

void print_layers(const std::vector<Placement>& placements, Place place, std::string_view title) {
  bool first = true;
  for (const Placement& p : placements) {
    if (p.place != place || p.reason.empty()) continue;
    if (std::exchange(first, false)) fmt::print("\n{}\n", title);
    fmt::print("{:<24} {:<16} {:<16} {}\n", p.node, p.op, to_string(p.shape), p.reason);
  }
}

/// The rest, by operator.
void print_digital_operators(const std::vector<Placement>& placements) {
  std::map<std::string_view, int> counts;
  for (const Placement& p : placements)
    if (p.place == Place::kDigital && p.reason.empty()) ++counts[p.op];
  std::vector<std::string> parts;
  for (const auto& [op, count] : counts) parts.push_back(fmt::format("{} {}", count, op));
  if (!parts.empty()) fmt::print("\nDigital, between the layers: {}\n", fmt::join(parts, ", "));
}

const Shape& input_of(const Network& network) {
  return std::get<Input>(network.nodes.front().op).shape;
}

/// What comes before the table: which data fit, and where the layers need a word.
void print_state(const Network& network, const QuantizeOptions& options) {
  fmt::print("Takes {}: {}\n\n", to_string(input_of(network)), describe_formats(input_of(network)));
  if (std::ranges::none_of(network.nodes, is_layer))
    fmt::print(
        "The network has no convolution and no product with a constant matrix: nothing to "
        "put on an array.\n");
  else if (network.quant.empty())
    fmt::print(
        "The network has real weights; 'bitline quantize' puts it on integer grids. With {}-bit "
        "weights and {}-bit activations it would lie like this:\n\n",
        options.weight_bits, options.activation_bits);
}

void print_mapping(const Executor& executor, const NetworkArrays& array) {
  if (!executor.cim_layers().empty()) print_layouts(executor, mapping_record(executor, array));
  const std::vector<Placement> placements = placements_of(executor);
  print_layers(placements, Place::kIntegers, "Digital, in integers");
  print_layers(placements, Place::kReal,
               "In real numbers: outside the promise of the same bits, as is what follows them");
  print_layers(placements, Place::kDigital, "Digital products");
  print_digital_operators(placements);
}

Json document(const Network& network, const Executor& executor, const RunConfig& config) {
  Json json{{"network", network.name}, {"input", input_of(network)}, {"formats", Json::array()}};
  for (const DataFormat format : formats_that_fit(input_of(network)))
    json["formats"].push_back(name_of(format));
  if (network.quant.empty())
    json["trial_grids"] = {{"weight_bits", config.quantize_or_default().grids.weight_bits},
                           {"activation_bits", config.quantize_or_default().grids.activation_bits}};
  json.update(bitline::json_of(mapping_record(executor, config.array)));
  return json;
}

void inspect(const InspectArguments& arguments, Context& context) {
  const auto [config, network] = arguments.config.read_network(context.progress);
  if (!arguments.json) print_state(network, config.quantize_or_default().grids);
  const Network on_grids = with_trial_grids(network, config.quantize_or_default().grids);
  // Nothing runs, so nothing has to be packed for the fast engine.
  const Executor executor(on_grids,
                          has_integer_layer(on_grids) ? MacMode::kAnalog : MacMode::kFloat,
                          config.array, Engine::kReference, context.progress);
  if (arguments.json) return print_json(document(network, executor, config));
  print_mapping(executor, config.array);
}

}  // namespace

void add_inspect(Command app, Context& context) {
  auto arguments = std::make_shared<InspectArguments>();
  Command command =
      app.subcommand("inspect", "Show how a network lies on the array, layer by layer");
  command.footer(
      "Example: bitline inspect examples/quickstart.toml --set array.rows=64\n"
      "A network file (.onnx, .safetensors) instead of CONFIG is shown on the default array.");
  arguments->config.add_to(command);
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { inspect(*arguments, context); });
}

}  // namespace bitline::cli
