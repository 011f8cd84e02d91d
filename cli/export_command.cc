// bitline export: a network, or what lies on the array, for other programs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/exporter/export_onnx.h"
#include "bitline/study/export_layers.h"
#include "bitline/study/inputs.h"
#include "bitline/study/rule_difference.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct ExportArguments {
  ConfigArguments config;
  std::string plan;
  std::string format;
  std::string out;
  std::vector<std::string> layers;
  std::int64_t images = 1;
  bool json = false;
};

/// What was given of the options that not every format takes.
struct Given {
  bool layers = false;
  bool images = false;
};

void check(const ExportArguments& arguments, const Given& given) {
  const bool is_golden = arguments.format == "golden";
  if (given.layers && !is_golden)
    fail_usage("--layers chooses golden vectors; leave it out with --to {}", arguments.format);
  if (given.images && arguments.format == "npz")
    fail_usage("--images is for golden vectors and ONNX files; leave it out with --to npz");
  if ((is_golden || given.images) && arguments.config.is_network_file())
    fail_usage("{} need images; give a configuration with [data] in place of {}",
               is_golden ? "golden vectors" : "values that are counted", arguments.config.file);
}

/// Of which layers and images golden vectors are, and under what.
std::string golden_in_words(const ExportArguments& arguments) {
  return fmt::format(": {}, {} image{}, {}",
                     arguments.layers.empty()
                         ? "all layers on the array"
                         : fmt::format("{}", fmt::join(arguments.layers, ", ")),
                     arguments.images, arguments.images == 1 ? "" : "s",
                     arguments.plan.empty() ? "lossless ADCs" : arguments.plan);
}

/// What readers of an ONNX file compute otherwise, since its grids divide.
struct RuleChange {
  BorderDifference borders;
  std::optional<ValueDifference> values;  ///< where images were asked for
};

RuleChange rule_change(const Network& network, const RunConfig& config,
                       const ExportArguments& arguments, const Given& given, const Job& job) {
  RuleChange change{border_difference(network), std::nullopt};
  if (given.images) {
    const Dataset images = first_images(config, arguments.images, job).data;
    change.values =
        value_difference(network, config, normalized_images(network, images, config.data), job);
  }
  return change;
}

void print(const RuleChange& change) {
  const BorderDifference& b = change.borders;
  if (b.grids > 0)
    fmt::print(
        "grids: {} multiply by 1/s here, in the file they divide by s: {} of {} borders between "
        "integers lie at another number, {:.1e} of their range\n",
        b.grids, b.moved, b.borders, b.share);
  if (change.values)
    fmt::print("on {} images {} of {} values go to another integer\n", change.values->images,
               change.values->moved, change.values->values);
}

Json json_of(const RuleChange& change) {
  const BorderDifference& b = change.borders;
  Json json{
      {"grids", b.grids}, {"borders", b.borders}, {"borders_moved", b.moved}, {"share", b.share}};
  if (change.values)
    json.update({{"images", change.values->images},
                 {"values", change.values->values},
                 {"values_moved", change.values->moved}});
  return json;
}

void run_export(const ExportArguments& arguments, const Given& given, Context& context) {
  check(arguments, given);
  const auto [config, network] = arguments.config.read_network(context.progress);
  std::optional<AdcPlan> plan;
  if (!arguments.plan.empty()) plan = arguments.config.read_plan();
  if (arguments.format == "golden")
    export_golden(network, config, {arguments.layers, arguments.images, plan}, arguments.out,
                  context.job());
  else if (arguments.format == "npz")
    write_file_atomically(arguments.out, export_npz(network, config.array, plan, context.progress));
  else
    write_file_atomically(arguments.out, arguments.format == "qdq" ? export_qdq(network, plan)
                                                                   : export_qonnx(network, plan));
  std::optional<RuleChange> change;
  if (arguments.format == "qdq" || arguments.format == "qonnx")
    change = rule_change(network, config, arguments, given, context.job());
  if (arguments.json) {
    Json json{{"network", network.name}, {"format", arguments.format}, {"file", arguments.out}};
    if (change) json["rule_change"] = json_of(*change);
    return print_json(json);
  }
  fmt::print("network {} as {} in {}{}\n", network.name, arguments.format, arguments.out,
             arguments.format == "golden" ? golden_in_words(arguments) : "");
  if (change) print(*change);
}

}  // namespace

void add_export(Command app, Context& context) {
  auto arguments = std::make_shared<ExportArguments>();
  Command command =
      app.subcommand("export", "Write the network as ONNX, or its arrays as NPZ or golden vectors");
  command.footer(
      "Example: bitline export examples/quickstart.toml --to qonnx --out network.onnx\n"
      "A network file (.safetensors, .onnx) instead of CONFIG lies on the default array.");
  arguments->config.add_to(command, arguments->plan, "ADC plan (JSON); lossless without one");
  command.option("--to", arguments->format, "qonnx, qdq, npz or golden")
      .required()
      .one_of({"qonnx", "qdq", "npz", "golden"});
  command.option("--out", arguments->out, "File to write; a folder for golden")
      .type("FILE")
      .required();
  const Option layers =
      command
          .option("--layers", arguments->layers,
                  "golden: layers by name, or an ending that is theirs alone; every "
                  "layer on the array unless given")
          .type("NAME");
  const Option images =
      command.option("--images", arguments->images,
                     "golden: images of the search sample (1); qonnx, qdq: those on which values "
                     "are counted that go to another integer in the file");
  command.json_flag(arguments->json);
  command.runs([arguments, layers, images, &context] {
    run_export(*arguments, {layers.is_given(), images.is_given()}, context);
  });
}

}  // namespace bitline::cli
