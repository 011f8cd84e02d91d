// bitline train: a baseline network.
#include <fmt/format.h>

#include <memory>

#include "bitline/study/train.h"
#include "cli/command.h"
#include "cli/epoch_line.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct TrainArguments {
  ConfigArguments config;
  bool resume = false;
  std::string device;
  bool json = false;
};

void train(const TrainArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  if (!arguments.device.empty()) config.train.device = arguments.device;
  Json epochs = Json::array();
  train_network(config, arguments.resume, context.job(),
                epoch_listener(config.train, arguments.json, epochs));
  if (arguments.json)
    return print_json({{"epochs", epochs}, {"network", config.train.output.string()}});
  fmt::print("Network: {}\n", config.train.output.string());
}

}  // namespace

void add_train(Command app, Context& context) {
  auto arguments = std::make_shared<TrainArguments>();
  Command command = app.subcommand("train", "Train a float or quantized baseline network");
  command.footer("Example: bitline train examples/train-resnet20-float.toml --resume");
  arguments->config.add_to(command);
  command.flag("--resume", arguments->resume, "Continue from the checkpoint");
  command.option("--device", arguments->device, "cpu or cuda").one_of({"cpu", "cuda"});
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { train(*arguments, context); });
}

}  // namespace bitline::cli
