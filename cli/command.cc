#include "cli/command.h"

#include "bitline/base/parallel.h"
#include "bitline/runtime/threads.h"

namespace bitline::cli {

void ConfigArguments::add_to(CLI::App& command) {
  command.add_option("CONFIG", file, "Configuration file (TOML)")->required();
  command.add_option("--set", settings, "Override one key, for example array.rows=64")
      ->type_name("KEY=VALUE");
  command.add_option("--threads", threads, "Threads to use; every core unless given")
      ->check(CLI::Range(1, 1024));
}

RunConfig ConfigArguments::read() const {
  Config config = Config::from_file(file);
  for (const std::string& setting : settings) config.set(setting);
  RunConfig run = read_run_config(config);
  if (threads > 0) run.threads = threads;
  if (run.threads > 0) set_thread_count(static_cast<int>(run.threads));
  share_threads_with_torch();
  return run;
}

}  // namespace bitline::cli
