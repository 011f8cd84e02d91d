// bitline completion: a script with which a shell completes this program's command line.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/completion.h"

namespace bitline::cli {

void add_completion(Command app, Context&) {
  auto shell = std::make_shared<std::string>();
  Command command =
      app.subcommand("completion", "Print a completion script for a shell, bash or zsh");
  command.footer(
      "Example: bitline completion bash > ~/.local/share/bash-completion/completions/bitline");
  command.option("SHELL", *shell, "bash or zsh").required().one_of({"bash", "zsh"});
  command.runs([shell, app] {
    const auto commands = completed_commands(app);
    fmt::print("{}", *shell == "bash" ? bash_completion(commands) : zsh_completion(commands));
  });
}

}  // namespace bitline::cli
