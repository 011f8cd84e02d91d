// What the subcommands share. Each has a file of its own with one function that adds it.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "bitline/base/error.h"
#include "bitline/base/progress.h"
#include "bitline/fetch/published_set.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"
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

  /// Adds CONFIG, --set and --threads to a subcommand.
  void add_to(CLI::App& command);
  /// Reads the file and says what it names; sets the number of threads. Errors are of kind kUsage.
  RunConfig read(ProgressSink& progress) const;
  /// Whether a network file stands where a configuration belongs; inspect and export take one.
  bool is_network_file() const { return file.ends_with(".safetensors") || file.ends_with(".onnx"); }
  /// As read(), and the network. A bare network file means that network on default_array(), with
  /// --set over it.
  ConfiguredNetwork read_network(ProgressSink& progress) const;
  /// A command line for a shell: `verb` with the configuration, what stands over it, and --out.
  std::string command_line(std::string_view verb, const std::filesystem::path& out) const;
};

/// `out`, or where that is empty runs/<name of the configuration><suffix>.
std::filesystem::path run_folder(const std::string& out, const std::string& config,
                                 std::string_view suffix);

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

void add_run(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_quantize(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_profile(CLI::App& app, Context& context);
void add_search(CLI::App& app, Context& context);
void add_recalibrate(CLI::App& app, Context& context);
void add_retrain(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_evaluate(CLI::App& app, Context& context);
void add_allocate(CLI::App& app, Context& context);
void add_cost(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_sample(CLI::App& app, Context& context);
/// `sets` can be got.
void add_data(CLI::App& app, Context& context, const std::vector<PublishedSet>& sets);
void add_report(CLI::App& app, Context& context);
void add_bench(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);

}  // namespace bitline::cli
