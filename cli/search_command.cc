// bitline search: the best ranges for one or several level counts.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/file.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_study.h"
#include "cli/command.h"
#include "cli/json_output.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct SearchArguments {
  ConfigArguments config;
  std::string out = ".";
  bool full = false;
  bool json = false;
};

/// Writes `path`.json and .csv.
SearchResult search_into(const std::filesystem::path& path, SearchStudy& study, std::int64_t levels,
                         RangeMethod ranges, Context& context) {
  const std::string journal = path.string() + ".journal";
  SearchResult result = study.search(levels, ranges, journal, context.job());
  write_plan(path.string() + ".json", result.plan);
  write_file_atomically(path.string() + ".csv", curves_to_csv(result.curves));
  std::filesystem::remove(journal);
  return result;
}

void print_search(std::string_view name, const SearchResult& result, Objective objective,
                  const Network& network) {
  fmt::print("\n{}: {} of {} search images{}; {}\n", name, result.score.correct,
             result.score.images,
             objective == Objective::kAgreement ? " as with lossless ADCs" : "",
             share_of_brute_force(result.images_measured, result.images_in_full));
  print_plan(result.plan, network);
}

Json json_of(std::int64_t levels, RangeMethod ranges, const SearchResult& result,
             const std::filesystem::path& path) {
  return {{"levels", levels},
          {"ranges", name_of(ranges)},
          {"correct", result.score.correct},
          {"images_measured", result.images_measured},
          {"images_in_full", result.images_in_full},
          {"plan", cli::json_of(result.plan)},
          {"plan_file", path.string() + ".json"},
          {"curve_file", path.string() + ".csv"}};
}

void search(const SearchArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  config.search.options.full = config.search.options.full || arguments.full;
  require_stated_levels(config.search, "search");
  const std::filesystem::path folder = arguments.out;
  make_folder(folder);
  const Network network = load_network(config);
  SearchStudy study(network, config, context.job());
  Json document{{"images", study.lossless().images},
                {"lossless_correct", study.lossless().correct},
                {"searches", Json::array()}};
  if (!arguments.json) {
    print_assumed(assumptions(network, config.data));
    fmt::print("lossless: {} of {} search images\n", study.lossless().correct,
               study.lossless().images);
  }
  for (const std::int64_t levels : config.search.levels) {
    for (const RangeMethod ranges : config.search.ranges) {
      const auto path = folder / fmt::format("L{}-{}", levels, name_of(ranges));
      const SearchResult result = search_into(path, study, levels, ranges, context);
      if (!arguments.json)
        print_search(path.filename().string(), result, config.search.options.objective, network);
      document["searches"].push_back(json_of(levels, ranges, result, path));
    }
  }
  if (arguments.json) print_json(document);
}

}  // namespace

void add_search(Command app, Context& context) {
  auto arguments = std::make_shared<SearchArguments>();
  Command command =
      app.subcommand("search", "Find the best range of every layer's ADC, exhaustively");
  command.footer(
      "Example: bitline search examples/quickstart.toml --out plans\n"
      "Writes L<levels>-<ranges>.json (the plan) and .csv (the curve delta -> score).");
  arguments->config.add_to(command);
  command.option("--out", arguments->out, "Folder for plans and curves").type("DIR");
  command.flag("--full", arguments->full, "Measure every candidate on every image");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { search(*arguments, context); });
}

}  // namespace bitline::cli
