// What a shell can complete of the program, taken from the command line's own description.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace bitline::cli {

/// What stands behind an option, or as a positional argument.
enum class ValueKind { kNone, kFile, kFolder, kChoice, kSetting, kOther };

struct CompletedOption {
  std::string name;  ///< "--out", or of a positional argument "CONFIG"
  std::string description;
  ValueKind kind = ValueKind::kOther;
  std::vector<std::string> choices;  ///< of kChoice and kSetting
  bool repeats = false;
};

/// The program, a group of subcommands, or a subcommand.
struct CompletedCommand {
  std::vector<std::string> words;  ///< {"data", "get"}; of the program none
  std::string description;
  std::vector<CompletedOption> options;  ///< those of the program too, where they may stand here
  std::optional<CompletedOption> positional;
  std::vector<std::string> subcommands;
};

/// The program first, groups before their subcommands. Options of type FILE and DIR take paths,
/// those of type KEY=VALUE the configuration's keys, those with a list of names these names.
std::vector<CompletedCommand> completed_commands(const CLI::App& app);

/// Scripts that the shells read.
std::string bash_completion(const std::vector<CompletedCommand>& commands);
std::string zsh_completion(const std::vector<CompletedCommand>& commands);

}  // namespace bitline::cli
