// bitline data get: a published dataset into a folder that [data] reads.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct GetArguments {
  std::string name;
  std::string to;
  std::string url;
  bool json = false;
};

std::vector<std::string> names_of(const std::vector<PublishedSet>& sets) {
  std::vector<std::string> names;
  for (const PublishedSet& set : sets) names.push_back(set.name);
  return names;
}

void get(const GetArguments& arguments, const std::vector<PublishedSet>& sets, Context& context) {
  PublishedSet set = *std::ranges::find(sets, arguments.name, &PublishedSet::name);
  if (!arguments.url.empty()) set.url = arguments.url;
  fetch_set(set, arguments.to, context.job());
  if (arguments.json) return print_json({{"folder", arguments.to}, {"format", set.name}});
  fmt::print("{}: set data.format = \"{}\" and data.folder to this folder\n", arguments.to,
             set.name);
}

}  // namespace

void add_data(Command app, Context& context, const std::vector<PublishedSet>& sets) {
  auto arguments = std::make_shared<GetArguments>();
  Command data = app.subcommand("data", "Get published datasets");
  data.require_subcommand();
  Command command =
      data.subcommand("get", "Download a dataset, compare its checksum and unpack it");
  command.footer("Example: bitline data get cifar10 --to datasets");
  command.option("SET", arguments->name, "cifar10, cifar100 or mnist")
      .required()
      .one_of(names_of(sets));
  command.option("--to", arguments->to, "Folder to put it into").type("DIR").required();
  command
      .option("--url", arguments->url,
              "Mirror: what stands before /NAME of each of the set's files")
      .type("URL");
  command.json_flag(arguments->json);
  command.runs([arguments, sets, &context] { get(*arguments, sets, context); });
}

}  // namespace bitline::cli
