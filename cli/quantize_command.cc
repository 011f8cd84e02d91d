// bitline quantize: a float network onto integer grids.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>

#include "bitline/base/fail.h"
#include "bitline/graph/network_file.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/quantization.h"
#include "bitline/study/quantization_loss.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/train.h"
#include "cli/command.h"
#include "cli/epoch_line.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct QuantizeArguments {
  ConfigArguments config;
  std::string out;
  bool fine_tune = false;
  bool resume = false;
  bool json = false;
};

void print_loss(const QuantizationLoss& loss, std::string_view now, const QuantizeConfig& config) {
  const auto per_cent = [](const Evaluation& evaluation) {
    return 100 * accuracy_of(evaluation).value;
  };
  fmt::print("On {} {} images: {:.2f} % in float, {:.2f} % {}\n", loss.real.score.images,
             loss.images, per_cent(loss.real), per_cent(loss.integers), now);
  const std::vector<std::string> settings = remedies(loss, config);
  if (!settings.empty())
    fmt::print("That is {:.2f} points for the grids alone; try {}\n", loss.points().to_double(),
               fmt::join(settings, ", "));
}

Json json_of(const QuantizationLoss& loss) {
  return {{"images", loss.images},
          {"float", bitline::cli::json_of(loss.real)},
          {"integers", bitline::cli::json_of(loss.integers)}};
}

void quantize(const QuantizeArguments& arguments, Context& context) {
  const RunConfig config = arguments.config.read(context.progress);
  const bool fine_tune = arguments.fine_tune || config.quantize_or_default().fine_tune;
  if (arguments.resume && !fine_tune)
    fail_usage("--resume continues a training, and none is asked for; give --fine-tune too");
  const std::string calibrated = fine_tune ? arguments.out + ".calibrated" : arguments.out;
  // With --resume too: a checkpoint of training on other grids is then refused.
  const Network real = load_network(config.model);
  const Network on_grids = quantize_network(
      real, load_search_sample(config.data, config.seed, context.job()), config, context.job());
  write_network(calibrated, on_grids);
  const QuantizationLoss loss = quantization_loss(real, on_grids, config, context.job());
  if (!arguments.json) {
    print_assumed(assumptions(real, config.data));
    fmt::print("Network on integer grids: {}\n", calibrated);
    print_loss(loss, "on the grids", config.quantize_or_default());
  }
  Json document{
      {"network", arguments.out}, {"calibrated", calibrated}, {"calibrated_loss", json_of(loss)}};
  Json epochs = Json::array();
  if (fine_tune) {
    const RunConfig training = fine_tuning(config, calibrated, arguments.out);
    train_network(training, arguments.resume, context.job(),
                  epoch_listener(training.train, arguments.json, epochs));
    const QuantizationLoss tuned =
        quantization_loss(real, read_network(arguments.out), config, context.job());
    document["fine_tuned_loss"] = json_of(tuned);
    if (!arguments.json) {
      fmt::print("Fine-tuned network: {}\n", arguments.out);
      print_loss(tuned, "after fine-tuning", training.quantize_or_default());
    }
  }
  document["epochs"] = epochs;
  if (arguments.json) print_json(document);
}

}  // namespace

void add_quantize(Command app, Context& context) {
  auto arguments = std::make_shared<QuantizeArguments>();
  Command command = app.subcommand(
      "quantize", "Put a float network on integer grids by [quantize], without or with training");
  command.footer(
      "Example: bitline quantize study.toml --set model.file=mine.onnx --out "
      "mine-w8a8.safetensors");
  arguments->config.add_to(command);
  command.option("--out", arguments->out, "Network file to write").type("FILE").required();
  command.flag("--fine-tune", arguments->fine_tune,
               "As quantize.fine_tune: then train on the grids by [train]");
  command.flag("--resume", arguments->resume, "Continue fine-tuning from its checkpoint");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { quantize(*arguments, context); });
}

}  // namespace bitline::cli
