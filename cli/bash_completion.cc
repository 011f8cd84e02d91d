#include <fmt/format.h>

#include "cli/completion.h"

namespace bitline::cli {
namespace {

/// Where `command` has been read so far: " data get".
std::string place_of(const CompletedCommand& command) {
  std::string place;
  for (const std::string& word : command.words) place += " " + word;
  return place;
}

/// What compgen is asked for. Only names and keys stand in lists, which need no quotes.
std::string answer(const CompletedOption& option) {
  switch (option.kind) {
    case ValueKind::kFile:
      return "-f";
    case ValueKind::kFolder:
      return "-d";
    default:
      return fmt::format("-W '{}'", fmt::join(option.choices, " "));
  }
}

std::string answer(const CompletedCommand& command) {
  if (command.positional) return answer(*command.positional);
  return fmt::format("-W '{}'", fmt::join(command.subcommands, " "));
}

std::string option_names(const CompletedCommand& command) {
  std::vector<std::string> names;
  for (const CompletedOption& option : command.options) names.push_back(option.name);
  return fmt::format("{}", fmt::join(names, " "));
}

/// Cases of `$command:$before`: the word stands behind an option that takes a value.
std::string value_cases(const CompletedCommand& command) {
  std::string cases;
  for (const CompletedOption& option : command.options)
    if (option.kind != ValueKind::kNone)
      cases += fmt::format("    '{}:{}') answer=({}) ;;\n", place_of(command), option.name,
                           answer(option));
  return cases;
}

/// Cases of `$command:$word`: an option, or else a positional argument or a subcommand.
std::string word_cases(const CompletedCommand& command) {
  const std::string place = place_of(command);
  return fmt::format("        '{}:-'*) answer=(-W '{}') ;;\n        '{}:'*) answer=({}) ;;\n",
                     place, option_names(command), place, answer(command));
}

// A key is followed by its value without a space between; names of files may need quotes.
constexpr const char* kScript =
    R"(# Completion of bitline in bash: source <(bitline completion bash)
_bitline() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command='' i
  local -a answer=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command ${{COMP_WORDS[i]}}" in
      {}) command+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$command:$before" in
{}    *)
      case "$command:$word" in
{}      esac ;;
  esac
  case "${{answer[*]}}" in
    *=) compopt -o nospace 2>/dev/null ;;
    -f | -d) compopt -o filenames 2>/dev/null ;;
  esac
  mapfile -t COMPREPLY < <(compgen "${{answer[@]}}" -- "$word")
}}
complete -F _bitline bitline
)";

}  // namespace

std::string bash_completion(const std::vector<CompletedCommand>& commands) {
  std::vector<std::string> places;
  std::string values;
  std::string words;
  for (const CompletedCommand& command : commands) {
    if (!command.words.empty()) places.push_back(fmt::format("'{}'", place_of(command)));
    values += value_cases(command);
    words += word_cases(command);
  }
  return fmt::format(kScript, fmt::join(places, " | "), values, words);
}

}  // namespace bitline::cli
