// bitline report: runs as a page to look at.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/version.h"
#include "bitline/report/report.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct ReportArguments {
  std::vector<std::filesystem::path> runs;
  std::filesystem::path out = "report.html";
  bool json = false;
};

void write_report(const ReportArguments& arguments) {
  if (std::filesystem::exists(arguments.out) && arguments.out.extension() != ".html")
    fail_usage("'{}' is there and no page of this command's; give --out a name that ends in .html",
               arguments.out.string());
  write_file_atomically(arguments.out, make_report(arguments.runs, version()));
  const std::string report = std::filesystem::absolute(arguments.out).lexically_normal().string();
  if (arguments.json) return print_json({{"report", report}});
  fmt::print("Report: {}\n", report);
}

}  // namespace

void add_report(Command app, Context&) {
  auto arguments = std::make_shared<ReportArguments>();
  Command command = app.subcommand(
      "report", "One page about a run, or about several that have ended in comparison");
  command.footer("Example: bitline report runs/first runs/second --out comparison.html");
  command.option("RUN", arguments->runs, "Run folders").type("DIR").required();
  command.option("--out", arguments->out, "HTML file to write").type("FILE").show_default();
  command.json_flag(arguments->json);
  command.runs([arguments] { write_report(*arguments); });
}

}  // namespace bitline::cli
