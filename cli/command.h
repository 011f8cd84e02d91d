// What the subcommands share. Each has a file of its own with one function that adds it.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/error.h"
#include "bitline/base/progress.h"
#include "bitline/fetch/published_set.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"
#include "cli/command_line.h"
#include "cli/console_progress.h"

namespace bitline::cli {

/// What the whole program has once.
struct Context {
  ConsoleProgress progress;
  Cancellation cancellation;

  Job job() { return {progress, cancellation}; }
};

struct ConfiguredNetwork {
  RunConfig config;
  Network network;
};

/// A configuration file and what stands over it on the command line.
struct ConfigArguments {
  std::string file;
  std::vector<std::string> settings;  ///< "array.rows=64"
  int threads = 0;                    ///< over the configuration's; 0: not given
  std::string run;                    ///< folder of a run in place of `file`
  std::string* plan = nullptr;        ///< file; of a run, read() puts it where a name stands
  std::vector<std::string> deltas;    ///< "conv1=9", over the plan's

  /// Adds CONFIG, --set and --threads to a subcommand.
  void add_to(Command command);
  /// The same for one that takes a plan: adds --plan, described so, and --run, which gives
  /// configuration, network and plan in place of CONFIG.
  void add_to(Command command, std::string& of_plan, const char* description);
  /// Reads the file and says what it names; sets the number of threads. Errors are of kind kUsage.
  RunConfig read(ProgressSink& progress) const;
  /// Throws Error (kUsage) where neither --plan nor --run gives one; behind read().
  void require_plan() const;
  /// The plan with --set-delta over it, behind read(); none where none is given. Throws Error
  /// (kUsage) for a layer that the plan does not have, or one without a range.
  AdcPlan read_plan() const;
  /// Whether a network file stands where a configuration belongs; inspect and export take one.
  bool is_network_file() const;
  /// As read(), and the network. A bare network file means that network on default_array(), with
  /// --set over it.
  ConfiguredNetwork read_network(ProgressSink& progress) const;
  /// A command line for a shell: `verb` with the configuration, what stands over it, and --out.
  std::string command_line(std::string_view verb, const std::filesystem::path& out) const;

 private:
  /// --set and --threads.
  void add_settings_to(Command command);
};

/// `out`, or where that is empty runs/<name of the configuration><suffix>.
std::filesystem::path run_folder(const std::string& out, const std::string& config,
                                 std::string_view suffix);

/// Prints what assumptions() says, a line each.
void print_assumed(const std::vector<std::string>& lines);

/// Calls `body`, which works in a run folder. There is one way to go on, whichever stage was
/// stopped: Error (kInterrupted) is thrown anew with it.
template <typename Body>
auto or_say_how_to_go_on(const std::filesystem::path& folder, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) throw;
    throw Error(
        ErrorKind::kInterrupted,
        fmt::format("run stopped; give the same command again to go on in {}", folder.string()));
  }
}

void add_run(Command app, Context& context);
void add_train(Command app, Context& context);
void add_quantize(Command app, Context& context);
void add_inspect(Command app, Context& context);
void add_profile(Command app, Context& context);
void add_search(Command app, Context& context);
void add_recalibrate(Command app, Context& context);
void add_retrain(Command app, Context& context);
void add_compare(Command app, Context& context);
void add_evaluate(Command app, Context& context);
void add_allocate(Command app, Context& context);
void add_cost(Command app, Context& context);
void add_explain(Command app, Context& context);
void add_export(Command app, Context& context);
void add_sample(Command app, Context& context);
/// `sets` can be got.
void add_data(Command app, Context& context, const std::vector<PublishedSet>& sets);
void add_report(Command app, Context& context);
void add_bench(Command app, Context& context);
void add_completion(Command app, Context& context);
void add_man(Command app, Context& context);

}  // namespace bitline::cli
