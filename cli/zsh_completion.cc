#include <fmt/format.h>

#include "cli/completion.h"

namespace bitline::cli {
namespace {

/// A word that no shell takes apart.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

/// The explanation of an option: "[Folder for the files]".
std::string explained(const std::string& description) {
  std::string result = "[";
  for (const char c : description) {
    if (c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result + "]";
}

std::string function_of(const CompletedCommand& command) {
  std::string name = "_bitline";
  for (const std::string& word : command.words) name += "_" + word;
  return name;
}

/// What _arguments does for a value.
std::string action(const CompletedOption& option) {
  switch (option.kind) {
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kFolder:
      return "_directories";
    case ValueKind::kSetting:
      return fmt::format("{{compadd -S \"\" -- {}}}", fmt::join(option.choices, " "));
    default:
      return fmt::format("({})", fmt::join(option.choices, " "));
  }
}

std::string specification(const CompletedOption& option) {
  std::string result = fmt::format("{}{}{}", option.repeats ? "'*'" : "", option.name,
                                   quoted(explained(option.description)));
  if (option.kind != ValueKind::kNone) result += fmt::format("': :{}'", action(option));
  return result;
}

std::string option_lines(const CompletedCommand& command) {
  std::string lines;
  for (const CompletedOption& option : command.options)
    lines += fmt::format(" \\\n    {}", specification(option));
  return lines;
}

/// A group: its subcommands with their descriptions, then the function of the chosen one.
std::string group_function(const CompletedCommand& command, const std::string& described) {
  return fmt::format(
      "{}() {{\n  local curcontext=$curcontext state line\n  local -A opt_args\n"
      "  local -a subcommands=(\n{}  )\n  _arguments -C{} \\\n"
      "    '1: :{{_describe subcommand subcommands}}' '*:: :->next'\n"
      "  [[ $state == next ]] && {}_$line[1]\n}}\n",
      function_of(command), described, option_lines(command), function_of(command));
}

std::string leaf_function(const CompletedCommand& command) {
  const std::string positional =
      command.positional ? fmt::format(" \\\n    '*: :{}'", action(*command.positional)) : "";
  return fmt::format("{}() {{\n  _arguments{}{}\n}}\n", function_of(command), option_lines(command),
                     positional);
}

bool is_child(const CompletedCommand& child, const CompletedCommand& parent) {
  return child.words.size() == parent.words.size() + 1 &&
         std::equal(parent.words.begin(), parent.words.end(), child.words.begin());
}

}  // namespace

std::string zsh_completion(const std::vector<CompletedCommand>& commands) {
  std::string script =
      "#compdef bitline\n"
      "# Completion of bitline in zsh: bitline completion zsh > \"${fpath[1]}/_bitline\"\n";
  for (const CompletedCommand& command : commands) {
    std::string described;
    for (const CompletedCommand& child : commands)
      if (is_child(child, command))
        described += fmt::format("    {}\n", quoted(child.words.back() + ":" + child.description));
    script += described.empty() ? leaf_function(command) : group_function(command, described);
  }
  return script +
         "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n  _bitline \"$@\"\n"
         "else\n  compdef _bitline bitline\nfi\n";
}

}  // namespace bitline::cli
