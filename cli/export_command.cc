// bitline export: a network, or what lies on the array, for other programs.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/exporter/export_onnx.h"
#include "bitline/study/export_layers.h"
#include "bitline/study/inputs.h"
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

void check(const ExportArguments& arguments, bool has_golden_options) {
  const bool is_golden = arguments.format == "golden";
  if (has_golden_options && !is_golden)
    fail_usage("--layers and --images choose golden vectors; leave them out with --to {}",
               arguments.format);
  if (is_golden && arguments.config.is_network_file())
    fail_usage("golden vectors need images; give a configuration with [data] in place of {}",
               arguments.config.file);
}

void run_export(const ExportArguments& arguments, bool has_golden_options, Context& context) {
  check(arguments, has_golden_options);
  const auto [config, network] = arguments.config.read_network(context.progress);
  std::optional<AdcPlan> plan;
  if (!arguments.plan.empty()) plan = read_plan(arguments.plan);
  if (arguments.format == "golden")
    export_golden(network, config, {arguments.layers, arguments.images, plan}, arguments.out,
                  context.job());
  else if (arguments.format == "npz")
    write_file_atomically(arguments.out, export_npz(network, config.array, plan, context.progress));
  else
    write_file_atomically(arguments.out, arguments.format == "qdq" ? export_qdq(network, plan)
                                                                   : export_qonnx(network, plan));
  if (arguments.json)
    return print_json(
        {{"network", network.name}, {"format", arguments.format}, {"file", arguments.out}});
  fmt::print("network {} as {} in {}\n", network.name, arguments.format, arguments.out);
}

}  // namespace

void add_export(Command app, Context& context) {
  auto arguments = std::make_shared<ExportArguments>();
  Command command =
      app.subcommand("export", "Write the network as ONNX, or its arrays as NPZ or golden vectors");
  command.footer(
      "Example: bitline export examples/quickstart.toml --to qonnx --out network.onnx\n"
      "A network file (.safetensors, .onnx) instead of CONFIG lies on the default array.");
  arguments->config.add_to(command);
  command.option("--plan", arguments->plan, "ADC plan (JSON); lossless without one").type("FILE");
  command.option("--to", arguments->format, "qonnx, qdq, npz or golden")
      .required()
      .one_of({"qonnx", "qdq", "npz", "golden"});
  command.option("--out", arguments->out, "File to write; a folder for golden")
      .type("FILE")
      .required();
  const Option layers = command
                            .option("--layers", arguments->layers,
                                    "golden: layers by name; every layer on the array unless given")
                            .type("NAME");
  const Option images =
      command.option("--images", arguments->images, "golden: images of the search sample (1)");
  command.json_flag(arguments->json);
  command.runs([arguments, layers, images, &context] {
    run_export(*arguments, layers.is_given() || images.is_given(), context);
  });
}

}  // namespace bitline::cli
