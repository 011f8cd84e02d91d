// bitline run: the main job.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/file.h"
#include "bitline/run/run.h"
#include "cli/command.h"
#include "cli/json_output.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct RunArguments {
  ConfigArguments config;
  std::string out;
  bool json = false;
};

Json document(const RunOutcome& outcome, double max_loss, const std::filesystem::path& folder) {
  return {{"rows", cli::json_of(outcome.rows)},
          {"images",
           {{"search", outcome.images.search},
            {"validation", outcome.images.validation},
            {"holdout", outcome.images.holdout},
            {"test", outcome.images.test}}},
          {"test_per_class", outcome.images.test_per_class},
          {"max_loss_points", max_loss},
          {"recommended", outcome.recommended ? Json(*outcome.recommended) : Json()},
          {"plan", outcome.plan ? cli::json_of(*outcome.plan) : Json()},
          {"given_batch_norm", outcome.given_batch_norm},
          {"assumed", outcome.assumed},
          {"doubts", outcome.doubts},
          {"next_steps", outcome.next_steps},
          {"images_measured", outcome.images_measured},
          {"images_in_full", outcome.images_in_full},
          {"skipped_stages", outcome.skipped},
          {"folder", folder.string()},
          {"report", (folder / "report.html").string()}};
}

/// Of a run that is stopped, what there is by then.
RunOutcome run_or_show_what_is_done(const RunConfig& config, const std::filesystem::path& folder,
                                    bool json, Context& context) {
  try {
    return run_pipeline(config, folder, context.job());
  } catch (const Error& error) {
    const std::filesystem::path unfinished = folder / kUnfinishedFile;
    if (error.kind() == ErrorKind::kInterrupted && !json && std::filesystem::exists(unfinished)) {
      context.progress.leave_line();
      print_unfinished(unfinished_run_from_json(read_text_file(unfinished)));
    }
    throw;
  }
}

void run(const RunArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  const std::filesystem::path folder = run_folder(arguments.out, arguments.config.file, "");
  config.command = arguments.config.command_line("run", folder);
  const RunOutcome outcome = or_say_how_to_go_on(
      folder, [&] { return run_or_show_what_is_done(config, folder, arguments.json, context); });
  const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
  if (arguments.json)
    return print_json(document(outcome, config.search.max_loss.to_double(), whole));
  print_results(outcome, config.search.max_loss.to_double(), Paint::for_standard_output());
  fmt::print("\nRun folder: {}\nReport: {}\n", whole.string(), (whole / "report.html").string());
}

}  // namespace

void add_run(Command app, Context& context) {
  auto arguments = std::make_shared<RunArguments>();
  Command command = app.subcommand(
      "run", "From a trained network to an ADC plan, in a run folder that can be continued");
  command.footer("Example: bitline run examples/quickstart.toml --out runs/first");
  arguments->config.add_to(command);
  command.option("--out", arguments->out, "Run folder (default runs/<name of CONFIG>)").type("DIR");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { run(*arguments, context); });
}

}  // namespace bitline::cli
