// bitline run: the main job.
#include <fmt/format.h>

#include <memory>

#include "bitline/pipeline/run.h"
#include "cli/command.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct RunArguments {
  ConfigArguments config;
  std::string out;
};

void run(const RunArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read();
  const std::filesystem::path folder = run_folder(arguments.out, arguments.config.file, "");
  config.command = arguments.config.command_line("run", folder);
  const RunOutcome outcome = or_say_how_to_go_on(
      folder, [&] { return run_pipeline(config, folder, context.progress, context.cancellation); });
  print_results(outcome, config.search.max_loss);
  const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
  fmt::print("\nRun folder: {}\nReport: {}\n", whole.string(), (whole / "report.html").string());
}

}  // namespace

void add_run(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand(
      "run", "From a trained network to an ADC plan, in a run folder that can be continued");
  command->footer("Example: bitline run examples/quickstart.toml --out runs/first");
  arguments->config.add_to(*command);
  command->add_option("--out", arguments->out, "Run folder (default runs/<name of CONFIG>)");
  command->callback([arguments, &context] { run(*arguments, context); });
}

}  // namespace bitline::cli
