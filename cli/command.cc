#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/nearest_name.h"
#include "bitline/base/parallel.h"
#include "bitline/importer/file_kind.h"
#include "bitline/mapping/default_array.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/study/inputs.h"
#include "cli/run_choice.h"

namespace bitline::cli {

void ConfigArguments::add_to(Command command) {
  command.option("CONFIG", file, "Configuration file (TOML)").type("FILE").required();
  add_settings_to(command);
}

void ConfigArguments::add_settings_to(Command command) {
  command.option("--set", settings, "Override one key, for example array.rows=64")
      .type("KEY=VALUE");
  command.option("--threads", threads, "Threads to use; every core unless given").between(1, 1024);
}

void ConfigArguments::add_to(Command command, std::string& of_plan, const char* description) {
  command.option("CONFIG", file, "Configuration file (TOML); none with --run").type("FILE");
  add_settings_to(command);
  command.option("--plan", of_plan, description).type("FILE");
  command
      .option("--run", run,
              "Folder of a finished run: its configuration, and with --plan the name of one of its "
              "plans, for example L5-csnr, the network that goes with it")
      .type("DIR");
  command
      .option("--set-delta", deltas,
              "Another range for one layer of the plan; thresholds and values follow from it")
      .type("LAYER=DELTA");
  plan = &of_plan;
}

void ConfigArguments::require_plan() const {
  if (plan->empty())
    fail_usage("no ADC plan: give --plan FILE, or --run FOLDER for the one that a run recommends");
}

namespace {

/// "conv1=9"; LAYER is a name or an ending that no other layer of the plan has.
void set_delta(AdcPlan& plan, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos) fail_usage("--set-delta {}: write LAYER=DELTA", text);
  const std::string name = text.substr(0, equals);
  std::vector<std::string> layers;
  for (const auto& [layer, adc] : plan.layers) layers.push_back(layer);
  const std::vector<std::string> meant = names_meant(name, layers);
  if (meant.size() != 1)
    fail_usage("--set-delta {}: {} layers of the plan can be meant; give a whole name", text,
               meant.size());
  AdcSpec& spec = plan.layers.at(meant[0]).spec;
  if (!spec.quantizer->has_range())
    fail_usage("--set-delta {}: quantizer {} of that layer has no range", text,
               name_of(spec.quantizer));
  try {
    spec.delta = parse_rational(text.substr(equals + 1));
  } catch (const Error& error) {
    fail_usage("--set-delta {}: {}", text, error.what());
  }
}

}  // namespace

AdcPlan ConfigArguments::read_plan() const {
  if (!deltas.empty()) require_plan();
  AdcPlan read = plan->empty() ? AdcPlan{} : bitline::read_plan(*plan);
  for (const std::string& delta : deltas) set_delta(read, delta);
  return read;
}

namespace {

/// A network where a configuration belongs: says how to write one for it.
void refuse_network(const std::string& file) {
  if (kind_of_file(file) == FileKind::kTorch)
    fail_usage("{}", torch_file_in_place_of_network(file));
  for (const char* extension : {".onnx", ".safetensors"})
    if (file.ends_with(extension))
      fail_usage(
          "{} is a network, not a configuration; write a TOML file with [model] file = \"{}\" and "
          "[data] for its images and name that file here, or look at the network with 'bitline "
          "inspect {}'",
          file, file, file);
}

std::string text_of(const ArraySpec& array) {
  const std::string bias =
      array.bias_rows == 0 ? "" : fmt::format(", {} of them bias rows", array.bias_rows);
  return fmt::format("{} x {} cells of {} bit, {}, {} rows at a time{}", array.rows, array.columns,
                     array.cell_bits, name_of(array.encoding), array.driven_rows(), bias);
}

void say_what_is_read(const RunConfig& run, ProgressSink& progress) {
  progress.say(fmt::format("network: {}",
                           run.model.file.empty() ? run.model.name : run.model.file.string()));
  progress.say(fmt::format("array: {}", text_of(run.array.common)));
  for (const auto& [layer, own] : run.array.layers)
    progress.say(fmt::format("array of layer {}: {}", layer,
                             own.digital.value_or(false) ? "digital" : text_of(own.array)));
  progress.say(fmt::format("threads: {}", thread_count()));
}

/// With the command line's words over it.
RunConfig read_config(Config config, const ConfigArguments& arguments, ProgressSink& progress) {
  for (const std::string& setting : arguments.settings) config.set(setting);
  RunConfig run = read_run_config(config);
  if (arguments.threads > 0) run.threads = arguments.threads;
  if (run.threads > core_count()) {
    progress.warn(fmt::format("{} threads would wait for each other on {} core{}: {} taken",
                              run.threads, core_count(), core_count() == 1 ? "" : "s",
                              core_count() == 1 ? "1 is" : fmt::format("{} are", core_count())));
    run.threads = core_count();
  }
  if (run.threads > 0) set_thread_count(static_cast<int>(run.threads));
  share_threads_with_torch();
  progress.say(
      fmt::format("configuration: {}", arguments.run.empty() ? arguments.file : arguments.run));
  say_what_is_read(run, progress);
  return run;
}

/// Unless the configuration names another.
void count_losses_against(const std::filesystem::path& reference, RunConfig& config) {
  RetrainConfig retrain = config.retrain_or_default();
  if (retrain.reference.empty()) retrain.reference = reference;
  config.retrain = std::move(retrain);
}

}  // namespace

bool ConfigArguments::is_network_file() const {
  return !file.empty() && (file.ends_with(".safetensors") || file.ends_with(".onnx") ||
                           kind_of_file(file) == FileKind::kTorch);
}

RunConfig ConfigArguments::read(ProgressSink& progress) const {
  if (file.empty() == run.empty())
    fail_usage("{}", run.empty()
                         ? "no configuration: give CONFIG, or --run FOLDER for that of a run"
                         : "CONFIG and --run FOLDER both name a configuration; leave one out");
  if (!run.empty()) {
    RunChoice choice = choose_of_run(run, *plan);
    const bool own_network = std::ranges::any_of(
        settings, [](const std::string& setting) { return setting.starts_with("model."); });
    if (!choice.doubt.empty() && !own_network) progress.warn(choice.doubt);
    *plan = choice.plan.string();
    RunConfig config = read_config(std::move(choice.config), *this, progress);
    if (config.model.file.lexically_normal() != choice.reference.lexically_normal())
      count_losses_against(choice.reference, config);
    return config;
  }
  refuse_network(file);
  return read_config(Config::from_file(file), *this, progress);
}

ConfiguredNetwork ConfigArguments::read_network(ProgressSink& progress) const {
  if (!is_network_file()) {
    RunConfig config = read(progress);
    Network network = load_network(config);
    return {std::move(config), std::move(network)};
  }
  ModelConfig model;
  model.file = file;
  Network network = load_network(model);
  Config config = Config::from_text("", file);
  // Not by its name alone, which as TOML might be something else.
  config.set("model.file=" + (std::filesystem::path(".") / file).string());
  config.set(fmt::format("array.encoding={}", name_of(default_array(network).encoding)));
  RunConfig own = read_config(std::move(config), *this, progress);
  check_layer_names(own, network);
  return {std::move(own), std::move(network)};
}

namespace {

/// As a POSIX shell takes it for one word.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string ConfigArguments::command_line(std::string_view verb,
                                          const std::filesystem::path& out) const {
  std::string line = fmt::format("bitline {} {}", verb, quoted(file));
  for (const std::string& setting : settings) line += " --set " + quoted(setting);
  if (threads > 0) line += fmt::format(" --threads {}", threads);
  return line + " --out " + quoted(out.string());
}

void print_assumed(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print("Assumed: {}\n", line);
}

std::filesystem::path run_folder(const std::string& out, const std::string& config,
                                 std::string_view suffix) {
  if (!out.empty()) return out;
  std::filesystem::path folder =
      std::filesystem::path("runs") / std::filesystem::path(config).stem();
  return folder += suffix;
}

}  // namespace bitline::cli
