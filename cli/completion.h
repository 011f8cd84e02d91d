// What the command line takes, as it describes itself: what shells complete by and man pages tell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"

namespace bitline::cli {

/// What stands behind an option, or as a positional argument.
enum class ValueKind { kNone, kFile, kFolder, kChoice, kSetting, kOther };

struct CompletedOption {
  std::string name;        ///< "--out", or of a positional argument "CONFIG"
  std::string short_name;  ///< "-h", or nothing
  std::string description;
  std::string type;  ///< of its value, as --help has it: "FILE", "INT:INT in [1 - 1024]"
  ValueKind kind = ValueKind::kOther;
  std::vector<std::string> choices;  ///< of kChoice and kSetting
  bool repeats = false;
  bool required = false;
};

/// The program, a group of subcommands, or a subcommand.
struct CompletedCommand {
  std::vector<std::string> words;  ///< {"data", "get"}; of the program none
  std::string description;
  std::string footer;                    ///< what --help ends with
  std::vector<CompletedOption> options;  ///< those of the program too, where they may stand here
  std::optional<CompletedOption> positional;
  std::vector<std::string> subcommands;
};

/// The program first, groups before their subcommands; without what --help does not list. Options
/// of type FILE and DIR take paths, those of type KEY=VALUE the configuration's keys, those with a
/// list of names these names.
std::vector<CompletedCommand> completed_commands(const Command& program);

/// Scripts that the shells read.
std::string bash_completion(const std::vector<CompletedCommand>& commands);
std::string zsh_completion(const std::vector<CompletedCommand>& commands);

}  // namespace bitline::cli
