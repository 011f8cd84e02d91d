#include "cli/completion.h"

#include <sstream>

#include <CLI/CLI.hpp>

#include "bitline/options/run_config.h"

namespace bitline::cli {
namespace {

/// CLI11 appends what it checks to an option's type: "TEXT:{train,test}".
std::vector<std::string> names_in(const std::string& type) {
  std::vector<std::string> names;
  const std::size_t open = type.find('{');
  if (open == std::string::npos) return names;
  std::istringstream list(type.substr(open + 1, type.find('}') - open - 1));
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

std::vector<std::string> settings() {
  std::vector<std::string> settings;
  for (const auto& entry : config_defaults()) settings.push_back(entry.first + "=");
  return settings;
}

ValueKind kind_of(const CLI::Option& option, const std::string& type) {
  if (option.get_expected_max() == 0) return ValueKind::kNone;
  if (type.find('{') != std::string::npos) return ValueKind::kChoice;
  if (type == "FILE") return ValueKind::kFile;
  if (type == "DIR") return ValueKind::kFolder;
  return type == "KEY=VALUE" ? ValueKind::kSetting : ValueKind::kOther;
}

CompletedOption completed(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  CompletedOption result;
  result.name = option.get_positional() ? option.get_name() : "--" + option.get_lnames()[0];
  if (!option.get_snames().empty()) result.short_name = "-" + option.get_snames()[0];
  result.description = option.get_description();
  result.type = type;
  result.kind = kind_of(option, type);
  result.choices = names_in(type);
  result.repeats = option.get_items_expected_max() > 1;
  result.required = option.get_required();
  if (result.kind == ValueKind::kSetting) result.choices = settings();
  return result;
}

void add_options(const CLI::App& app, CompletedCommand& command) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional())
      command.positional = completed(*option);
    else
      command.options.push_back(completed(*option));
  }
}

/// A subcommand without a group is one that --help keeps to itself.
bool is_listed(const CLI::App* command) { return !command->get_group().empty(); }

void collect(const CLI::App& app, CompletedCommand command,
             std::vector<CompletedCommand>& commands) {
  command.description = app.get_description();
  command.footer = app.get_footer();
  add_options(app, command);
  const auto nested = app.get_subcommands(is_listed);
  for (const CLI::App* inner : nested) command.subcommands.push_back(inner->get_name());
  commands.push_back(command);
  for (const CLI::App* inner : nested) {
    CompletedCommand next;
    next.words = command.words;
    next.words.push_back(inner->get_name());
    if (app.get_fallthrough())
      for (const CompletedOption& option : command.options)
        if (option.name != "--help" && option.name != "--version") next.options.push_back(option);
    collect(*inner, next, commands);
  }
}

}  // namespace

std::vector<CompletedCommand> completed_commands(const Command& program) {
  std::vector<CompletedCommand> commands;
  collect(program.app(), {}, commands);
  return commands;
}

}  // namespace bitline::cli
