// The command line as the subcommands see it: what they take, and what then runs. CLI11 stands
// behind it in command_line.cc and completion.cc alone, since it takes seconds to compile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): that of CLI11
class App;
class Option;
}  // namespace CLI

namespace bitline::cli {

/// An option, or a positional argument, of a Command; as long as its Program lives.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  /// What --help says of its value, and shells complete by: "FILE", "DIR", "KEY=VALUE" or else.
  Option& type(const char* name);
  Option& required();
  /// Whole numbers, both included.
  Option& between(std::int64_t smallest, std::int64_t largest);
  Option& one_of(const std::vector<std::string>& names);
  /// --help says the value that it has unless given.
  Option& show_default();
  Option& excludes(const Option& other);
  bool is_given() const;

 private:
  CLI::Option* option_;
};

/// The program itself, a group of subcommands or a subcommand; as long as its Program lives.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  Command subcommand(const char* name, const char* description);
  /// A command that does nothing without one of its own.
  void require_subcommand();
  /// --help does not list it.
  void hide();
  /// What --help ends with.
  void footer(const char* text);

  /// "--out", or "CONFIG" for a positional argument; parsing writes what is given into `value`.
  Option option(const char* name, std::string& value, const char* description);
  Option option(const char* name, std::filesystem::path& value, const char* description);
  Option option(const char* name, int& value, const char* description);
  Option option(const char* name, std::int64_t& value, const char* description);
  /// May be given several times.
  Option option(const char* name, std::vector<std::string>& value, const char* description);
  Option option(const char* name, std::vector<std::filesystem::path>& value,
                const char* description);
  Option flag(const char* name, bool& value, const char* description);
  Option flag(const char* name, const std::function<void()>& when_given, const char* description);
  /// --json, which every subcommand that prints results has.
  void json_flag(bool& json);

  /// What happens once the whole command line is read.
  void runs(std::function<void()> body);

  const CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
};

/// The whole command line. What stands under the program may stand behind a subcommand too.
class Program {
 public:
  Program(const char* name, const char* description);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Command command() const { return Command(app_.get()); }
  void version_flag(const char* name, const std::function<std::string()>& version);

  /// Reads the command line and runs its subcommand, or prints what --help and the version flag ask
  /// for. Throws Error (kUsage) where the line is wrong.
  void parse(int argc, const char* const* argv);
  /// As a shell would take this line apart, without the program's name.
  void parse(const std::string& line);

 private:
  void parse_words(const std::function<void()>& parse);

  std::unique_ptr<CLI::App> app_;
};

}  // namespace bitline::cli
