// bitline report: runs as a page to look at.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/file.h"
#include "bitline/pipeline/version.h"
#include "bitline/report/report.h"
#include "cli/command.h"

namespace bitline::cli {
namespace {

struct ReportArguments {
  std::vector<std::filesystem::path> runs;
  std::filesystem::path out = "report.html";
};

void write_report(const ReportArguments& arguments) {
  write_file_atomically(arguments.out, make_report(arguments.runs, version()));
  fmt::print("Report: {}\n", std::filesystem::absolute(arguments.out).lexically_normal().string());
}

}  // namespace

void add_report(CLI::App& app, Context&) {
  auto arguments = std::make_shared<ReportArguments>();
  CLI::App* command =
      app.add_subcommand("report", "One page about a finished run, or about several in comparison");
  command->footer("Example: bitline report runs/first runs/second --out comparison.html");
  command->add_option("RUN", arguments->runs, "Run folders")->required();
  command->add_option("--out", arguments->out, "HTML file to write")->capture_default_str();
  command->callback([arguments] { write_report(*arguments); });
}

}  // namespace bitline::cli
