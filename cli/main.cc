// The bitline program: reads the command line, runs one subcommand, turns errors into exit codes.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "bitline/base/control_character.h"
#include "bitline/base/fail.h"
#include "bitline/base/memory.h"
#include "bitline/base/version.h"
#include "bitline/kernels/instruction_set.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/ctrl_c.h"

namespace bitline::cli {
namespace {

constexpr int kUsageExit = 2;
constexpr int kFailureExit = 1;
constexpr int kInterruptedExit = 130;

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return kUsageExit;
    case ErrorKind::kInterrupted:
      return kInterruptedExit;
    case ErrorKind::kFailure:
    case ErrorKind::kBug:
      return kFailureExit;
  }
  return kFailureExit;
}

/// One line: LibTorch's messages go on with a stack trace.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// Names in files may hold what a terminal would obey.
std::string printable(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(result, is_control_character, '?');
  return result;
}

/// Says what went wrong; a standard error that takes nothing changes no exit code.
void report(std::string_view message, ConsoleProgress& progress) {
  progress.leave_line();
  std::fputs(fmt::format("bitline: {}\n", printable(message)).c_str(), stderr);
}

constexpr const char* kOutputFailed =
    "cannot write to standard output; free some space or send it elsewhere";

bool output_failed() { return std::fflush(stdout) != 0 || std::ferror(stdout) != 0; }

std::string describe_version() {
  return fmt::format("{} ({}), kernels for {}", version(), git_revision(), instruction_set());
}

void add_volume(Command app, ConsoleProgress& progress) {
  const Option quiet = app.flag(
      "--quiet", [&progress] { progress.be_quiet(); }, "No progress, only results and errors");
  app.flag(
         "--verbose", [&progress] { progress.be_verbose(); },
         "Say what is read, which steps run or are skipped, and how long they take")
      .excludes(quiet);
}

int run(int argc, char** argv, const volatile std::sig_atomic_t& stopped) {
  Program program("bitline",
                  "Finds the ADC levels and ranges that a neural network needs on an analog "
                  "compute-in-memory array.");
  program.version_flag("--version", describe_version);
  const Command app = program.command();
  Context context;
  add_volume(app, context.progress);
  keep_freed_memory();
  stop_on_ctrl_c(context.cancellation);
  if (stopped != 0) context.cancellation.request();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is then an error of write()
  add_run(app, context);
  add_train(app, context);
  add_quantize(app, context);
  add_inspect(app, context);
  add_profile(app, context);
  add_search(app, context);
  add_recalibrate(app, context);
  add_retrain(app, context);
  add_compare(app, context);
  add_evaluate(app, context);
  add_allocate(app, context);
  add_cost(app, context);
  add_explain(app, context);
  add_export(app, context);
  add_sample(app, context);
  add_data(app, context, published_sets());
  add_report(app, context);
  add_bench(app, context);
  add_completion(app, context);
  add_man(app, context);
  try {
    context.cancellation.check();
    choose_instruction_set();
    program.parse(argc, argv);
    if (output_failed()) fail("{}", kOutputFailed);
    return 0;
  } catch (const Error& error) {
    report(error.what(), context.progress);
    return exit_code(error.kind());
  } catch (const std::exception& error) {
    report(output_failed() ? kOutputFailed : first_line(error.what()), context.progress);
    return kFailureExit;
  }
}

}  // namespace
}  // namespace bitline::cli

extern "C" int bitline_main(int argc, char** argv, const volatile std::sig_atomic_t* stopped) {
  try {
    return bitline::cli::run(argc, argv, *stopped);
  } catch (const std::exception& error) {  // no memory left to say more
    std::fputs(error.what(), stderr);
    return 1;
  }
}
