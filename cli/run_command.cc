// bitline run: the main job.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/error.h"
#include "bitline/pipeline/run.h"
#include "cli/command.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct RunArguments {
  ConfigArguments config;
  std::string out;
};

/// A run has one way to go on, whichever stage was stopped.
RunOutcome run_or_stop(const RunConfig& config, const std::filesystem::path& folder,
                       Context& context) {
  try {
    return run_pipeline(config, folder, context.progress, context.cancellation);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) throw;
    throw Error(
        ErrorKind::kInterrupted,
        fmt::format("run stopped; give the same command again to go on in {}", folder.string()));
  }
}

void run(const RunArguments& arguments, Context& context) {
  const RunConfig config = arguments.config.read();
  std::filesystem::path folder = arguments.out;
  if (folder.empty())
    folder = std::filesystem::path("runs") / std::filesystem::path(arguments.config.file).stem();
  const RunOutcome outcome = run_or_stop(config, folder, context);
  print_results(outcome, config.search.max_loss);
  fmt::print("\nRun folder: {}\n", std::filesystem::absolute(folder).lexically_normal().string());
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
