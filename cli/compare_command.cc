// bitline compare: published ways to an ADC side by side.
#include <fmt/format.h>

#include <memory>

#include "bitline/run/compare.h"
#include "cli/command.h"
#include "cli/json_output.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct CompareArguments {
  ConfigArguments config;
  std::string out;
  bool json = false;
};

void compare_methods(const CompareArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  const std::filesystem::path folder =
      run_folder(arguments.out, arguments.config.file, "-comparison");
  config.command = arguments.config.command_line("compare", folder);
  const std::vector<ResultRow> rows =
      or_say_how_to_go_on(folder, [&] { return compare(config, folder, context.job()); });
  const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
  const std::string table = (whole / "comparison.csv").string();
  const std::string report = (whole / "report.html").string();
  if (arguments.json)
    return print_json({{"rows", json_of(rows)},
                       {"test_per_class", config.data.test_per_class},
                       {"table", table},
                       {"report", report}});
  print_rows(rows, {}, config.search.max_loss.to_double(), Paint::for_standard_output());
  print_test_part(config.data.test_per_class);
  fmt::print("\nTable: {}\nReport: {}\n", table, report);
}

}  // namespace

void add_compare(Command app, Context& context) {
  auto arguments = std::make_shared<CompareArguments>();
  Command command =
      app.subcommand("compare", "Published ways to an ADC side by side, in one table");
  command.footer("Example: bitline compare examples/compare-resnet20.toml --out runs/comparison");
  arguments->config.add_to(command);
  command
      .option("--out", arguments->out,
              "Folder of the comparison (default runs/<name of CONFIG>-comparison)")
      .type("DIR");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { compare_methods(*arguments, context); });
}

}  // namespace bitline::cli
