#include "cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/nearest_name.h"

namespace bitline::cli {

Option& Option::type(const char* name) {
  option_->type_name(name);
  return *this;
}

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::between(std::int64_t smallest, std::int64_t largest) {
  option_->check(CLI::Range(smallest, largest));
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& names) {
  option_->check(CLI::IsMember(names));
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

bool Option::is_given() const { return option_->count() > 0; }

Command Command::subcommand(const char* name, const char* description) {
  return Command(app_->add_subcommand(name, description));
}

void Command::require_subcommand() { app_->require_subcommand(1); }

void Command::hide() { app_->group(""); }

void Command::footer(const char* text) { app_->footer(text); }

Option Command::option(const char* name, std::string& value, const char* description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::option(const char* name, std::filesystem::path& value, const char* description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::option(const char* name, int& value, const char* description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::option(const char* name, std::int64_t& value, const char* description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::option(const char* name, std::vector<std::string>& value, const char* description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::option(const char* name, std::vector<std::filesystem::path>& value,
                       const char* description) {
  return Option(app_->add_option(name, value, description));
}

Option Command::flag(const char* name, bool& value, const char* description) {
  return Option(app_->add_flag(name, value, description));
}

Option Command::flag(const char* name, const std::function<void()>& when_given,
                     const char* description) {
  return Option(app_->add_flag_callback(name, when_given, description));
}

void Command::json_flag(bool& json) { flag("--json", json, "Print the result as JSON"); }

void Command::runs(std::function<void()> body) { app_->callback(std::move(body)); }

Program::Program(const char* name, const char* description)
    : app_(std::make_unique<CLI::App>(description, name)) {
  app_->require_subcommand(1);
  app_->fallthrough();
}

Program::~Program() = default;

void Program::version_flag(const char* name, const std::function<std::string()>& version) {
  app_->set_version_flag(name, version);
}

namespace {

/// CLI11 would say no more than that a subcommand is missing.
void check_subcommand(const CLI::App& app, std::string_view name) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(command->get_name());
  if (std::ranges::find(known, name) != known.end()) return;
  const std::string nearest = nearest_name(name, known);
  fail_usage("unknown subcommand '{}'{}; see bitline --help", name,
             nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

}  // namespace

void Program::parse_words(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const CLI::Success& success) {
    app_->exit(success);
  } catch (const CLI::ParseError& error) {
    fail_usage("{}; see bitline --help", error.what());
  }
}

void Program::parse(int argc, const char* const* argv) {
  if (argc >= 2 && argv[1][0] != '-') check_subcommand(*app_, argv[1]);
  parse_words([&] { app_->parse(argc, argv); });
}

void Program::parse(const std::string& line) {
  parse_words([&] { app_->parse(line); });
}

}  // namespace bitline::cli
