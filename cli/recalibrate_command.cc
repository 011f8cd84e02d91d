// bitline recalibrate: batch-norm statistics with the ADCs in the loop.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/fail.h"
#include "bitline/graph/network_file.h"
#include "bitline/runtime/add_batch_norm.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "cli/command.h"
#include "cli/json_output.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct RecalibrateArguments {
  ConfigArguments config;
  std::string plan;
  std::string out;
  bool json = false;
};

void run_recalibrate(const RecalibrateArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  arguments.config.require_plan();
  const Network network = load_network(config);
  if (!can_recalibrate(network, config.array))
    fail_usage(
        "network '{}' has no layer with a batch-norm behind it, and none on the array that could "
        "be given one: there are no statistics to recalibrate",
        network.name);
  const Dataset sample = load_search_sample(config.data, config.seed, context.job());
  check_fit(network, sample);
  write_network(arguments.out,
                recalibrated(network, arguments.config.read_plan(), sample, config, context.job()));
  const std::vector<std::string> given = layers_without_batch_norm(network, config.array);
  if (arguments.json)
    return print_json(
        {{"network", arguments.out}, {"images", sample.size()}, {"given_batch_norm", given}});
  print_assumed(assumptions(network, config.data));
  fmt::print("Network with batch-norm statistics of {} images: {}\n", sample.size(), arguments.out);
  print_given_batch_norm(given, "in this network they");
}

}  // namespace

void add_recalibrate(Command app, Context& context) {
  auto arguments = std::make_shared<RecalibrateArguments>();
  Command command = app.subcommand(
      "recalibrate", "Re-estimate batch-norm statistics with the ADCs of a plan in the loop");
  command.footer(
      "Example: bitline recalibrate examples/quickstart.toml --plan plan.json "
      "--out recalibrated.safetensors");
  arguments->config.add_to(command, arguments->plan, "ADC plan (JSON)");
  command.option("--out", arguments->out, "Network file to write").type("FILE").required();
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { run_recalibrate(*arguments, context); });
}

}  // namespace bitline::cli
