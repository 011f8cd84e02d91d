// bitline man: a man page for each command, from what --help and docs/cli.md say of it. The build
// calls it; --help does not list it.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/version.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/roff.h"

namespace bitline::cli {
namespace {

/// What the document says, cut where a page needs it.
class Document {
 public:
  explicit Document(std::string file) : file_(std::move(file)), text_(read_text_file(file_)) {}

  /// Of a command, behind the block of code that says how it is called; of the program, what stands
  /// in front of its table of exit codes. Nothing where the document knows no such command.
  std::string description_of(const std::string& command) const {
    if (command.empty()) return behind_block(text_.substr(0, text_.find(kExitCodes)));
    const std::size_t begin = text_.find("\n## " + command + "\n");
    if (begin == std::string::npos) return "";
    return behind_block(text_.substr(begin, text_.find("\n## ", begin + 1) - begin));
  }

  std::string exit_codes() const {
    const std::size_t begin = text_.find(kExitCodes);
    if (begin == std::string::npos)
      fail("{} has no table that begins with {}; name docs/cli.md", file_, kExitCodes);
    return text_.substr(begin, text_.find("\n## ", begin) - begin);
  }

 private:
  static constexpr const char* kExitCodes = "| exit code |";

  static std::string behind_block(const std::string& text) {
    const std::size_t end = text.find("\n```\n", text.find("\n```\n") + 1);
    return end == std::string::npos ? text : text.substr(end + 5);
  }

  std::string file_;
  std::string text_;
};

std::string name_of(const CompletedCommand& command, const char* separator) {
  std::string name = "bitline";
  for (const std::string& word : command.words) name.append(separator).append(word);
  return name;
}

/// "FILE", "INT", or the names to choose from.
std::string value_of(const CompletedOption& option) {
  if (option.kind == ValueKind::kNone) return "";
  if (!option.choices.empty() && option.kind == ValueKind::kChoice)
    return fmt::format("{}", fmt::join(option.choices, "|"));
  return option.type.substr(0, option.type.find(':'));
}

/// Where numbers have limits: "INT in [1 - 1024]".
std::string limits_of(const CompletedOption& option) {
  const std::size_t colon = option.type.find(':');
  if (option.kind == ValueKind::kChoice || colon == std::string::npos) return "";
  return fmt::format(" ({})", option.type.substr(colon + 1));
}

std::string bold(const std::string& text) { return fmt::format("\\fB{}\\fR", roff_of_text(text)); }
std::string italic(const std::string& text) {
  return fmt::format("\\fI{}\\fR", roff_of_text(text));
}

/// As it stands in a call: "--out DIR".
std::string call_of(const CompletedOption& option) {
  const std::string value = value_of(option);
  return value.empty() ? bold(option.name) : fmt::format("{} {}", bold(option.name), italic(value));
}

std::string synopsis(const CompletedCommand& command) {
  std::string text = ".SH SYNOPSIS\n" + bold(name_of(command, " "));
  if (command.positional)
    text += fmt::format(" {}{}", italic(command.positional->name),
                        command.positional->repeats ? " \\&..." : "");
  if (!command.subcommands.empty()) text += fmt::format(" {}", italic("SUBCOMMAND"));
  for (const CompletedOption& option : command.options) {
    if (option.name == "--help" || option.name == "--version") continue;
    text += option.required ? fmt::format("\n{}", call_of(option))
                            : fmt::format("\n[{}]", call_of(option));
    if (option.repeats) text += " \\&...";
  }
  return text + "\n";
}

std::string described(const std::string& tag, const std::string& description) {
  return fmt::format(".TP\n{}\n{}\n", tag, roff_of_text(description));
}

std::string options(const CompletedCommand& command) {
  std::string text = ".SH OPTIONS\n";
  if (command.positional)
    text += described(italic(command.positional->name),
                      command.positional->description + limits_of(*command.positional));
  for (const CompletedOption& option : command.options) {
    const std::string call = call_of(option);
    text += described(
        option.short_name.empty() ? call : fmt::format("{}, {}", bold(option.short_name), call),
        option.description + limits_of(option));
  }
  return text;
}

std::string subcommands(const CompletedCommand& command, const std::vector<CompletedCommand>& all) {
  if (command.subcommands.empty()) return "";
  std::string text = ".SH COMMANDS\n";
  for (const CompletedCommand& inner : all)
    if (inner.words.size() == command.words.size() + 1 &&
        std::equal(command.words.begin(), command.words.end(), inner.words.begin()))
      text += described(bold(name_of(inner, "-")) + "(1)", inner.description);
  return text;
}

/// The call that --help ends with, behind "Example: ".
std::string examples(const CompletedCommand& command) {
  constexpr std::string_view kExample = "Example: ";
  const std::size_t begin = command.footer.find(kExample);
  if (begin == std::string::npos) return "";
  const std::string line = command.footer.substr(begin + kExample.size());
  return fmt::format(".SH EXAMPLES\n.EX\n{}\n.EE\n", roff_of_text(line.substr(0, line.find('\n'))));
}

std::string page(const CompletedCommand& command, const std::vector<CompletedCommand>& all,
                 const Document& document) {
  const std::string name = name_of(command, "-");
  std::string text =
      fmt::format(".TH {} 1 \"\" \"Bitline {}\" \"Bitline\"\n", roff_of_text(name), version());
  text +=
      fmt::format(".SH NAME\n{} \\- {}\n", roff_of_text(name), roff_of_text(command.description));
  text += synopsis(command);
  const std::string words = fmt::format("{}", fmt::join(command.words, " "));
  const std::string description = document.description_of(words);
  text += ".SH DESCRIPTION\n";
  text += description.empty() ? fmt::format("{}.\n", roff_of_text(command.description))
                              : roff_of_markdown(description);
  text += subcommands(command, all) + options(command);
  text += ".SH EXIT STATUS\n" + roff_of_markdown(document.exit_codes());
  text += examples(command);
  if (!command.words.empty()) text += ".SH SEE ALSO\n" + bold("bitline") + "(1)\n";
  return text;
}

}  // namespace

void add_man(Command app, Context&) {
  struct Arguments {
    std::string document, folder;
  };
  auto arguments = std::make_shared<Arguments>();
  Command command = app.subcommand("man", "Write a man page for each command");
  command.hide();
  command.option("DOCUMENT", arguments->document, "docs/cli.md").required();
  command.option("FOLDER", arguments->folder, "Where the pages go").required();
  command.runs([arguments, app] {
    const Document document(arguments->document);
    const std::vector<CompletedCommand> all = completed_commands(app);
    for (const CompletedCommand& each : all)
      write_file_atomically(std::filesystem::path(arguments->folder) / (name_of(each, "-") + ".1"),
                            page(each, all, document));
  });
}

}  // namespace bitline::cli
