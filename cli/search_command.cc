// bitline search: the best ranges for one or several level counts.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/file.h"
#include "bitline/pipeline/search_run.h"
#include "bitline/pipeline/study.h"
#include "cli/command.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct SearchArguments {
  ConfigArguments config;
  std::string out = ".";
  bool full = false;
};

void search(const SearchArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read();
  config.search.options.full = config.search.options.full || arguments.full;
  const std::filesystem::path folder = arguments.out;
  make_folder(folder);
  const Network network = load_network(config.model);
  SearchBench bench(network, config);
  fmt::print("lossless: {} of {} search images\n", bench.lossless().correct,
             bench.lossless().images);
  for (const std::int64_t levels : config.search.levels) {
    for (const RangeMethod ranges : config.search.ranges) {
      const std::string name = fmt::format("L{}-{}", levels, name_of(ranges));
      const std::filesystem::path journal = folder / (name + ".journal");
      const SearchResult result =
          bench.search(levels, ranges, journal, context.progress, context.cancellation);
      write_file_atomically(folder / (name + ".json"), to_json(result.plan));
      write_file_atomically(folder / (name + ".csv"), curves_to_csv(result.curves));
      std::filesystem::remove(journal);
      fmt::print("\n{}: {} of {} search images; {}\n", name, result.score.correct,
                 result.score.images,
                 share_of_brute_force(result.images_measured, result.images_in_full));
      print_plan(result.plan, network);
    }
  }
}

}  // namespace

void add_search(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<SearchArguments>();
  CLI::App* command =
      app.add_subcommand("search", "Find the best range of every layer's ADC, exhaustively");
  command->footer(
      "Example: bitline search examples/quickstart.toml --out plans\n"
      "Writes L<levels>-<ranges>.json (the plan) and .csv (the curve delta -> score).");
  arguments->config.add_to(*command);
  command->add_option("--out", arguments->out, "Folder for plans and curves");
  command->add_flag("--full", arguments->full, "Measure every candidate on every image");
  command->callback([arguments, &context] { search(*arguments, context); });
}

}  // namespace bitline::cli
