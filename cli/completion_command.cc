// bitline completion: a script with which a shell completes this program's command line.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/completion.h"

namespace bitline::cli {

void add_completion(CLI::App& app, Context&) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("completion", "Print a completion script for a shell, bash or zsh");
  command->footer(
      "Example: bitline completion bash > ~/.local/share/bash-completion/completions/bitline");
  command->add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([shell, &app] {
    const auto commands = completed_commands(app);
    fmt::print("{}", *shell == "bash" ? bash_completion(commands) : zsh_completion(commands));
  });
}

}  // namespace bitline::cli
