// bitline sample: a class-balanced part of a dataset in one small file.
#include <fmt/format.h>

#include <limits>
#include <memory>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/data/sample_file.h"
#include "bitline/study/search_sample.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct SampleArguments {
  ConfigArguments config;
  std::string split = "train";
  std::int64_t per_class = 50;
  std::string out;
  bool json = false;
};

std::string_view dataset_name(DataFormat format) {
  switch (format) {
    case DataFormat::kCifar10:
      return "CIFAR-10";
    case DataFormat::kCifar100:
      return "CIFAR-100";
    case DataFormat::kMnist:
      return "MNIST";
    case DataFormat::kImageFolder:
      return "folder of pictures";
    case DataFormat::kNumpy:
      return "NumPy arrays";
    case DataFormat::kSamples:
      return "sample file";
  }
  return "";
}

void sample(const SampleArguments& arguments, Context& context) {
  const RunConfig config = arguments.config.read(context.progress);
  if (arguments.split == "test" && config.data.test_per_class != 0)
    fail_usage(
        "--split test draws --per-class images of each class from the whole test set, of which "
        "data.test_per_class = {} takes a part; give --set data.test_per_class=0 too",
        config.data.test_per_class);
  BalancedPart part =
      load_balanced_part(config.data, arguments.split == "train" ? Split::kTrain : Split::kTest,
                         arguments.per_class, config.seed, context.job());
  Samples samples;
  samples.data = std::move(part.data);
  samples.indices = std::move(part.indices);
  samples.dataset = dataset_name(config.data.format);
  samples.origin = fmt::format("{} images per class of the {} set, seed {}", arguments.per_class,
                               arguments.split == "train" ? "training" : "test", config.seed);
  save_samples(arguments.out, samples);
  if (arguments.json)
    return print_json({{"file", arguments.out},
                       {"images", samples.data.size()},
                       {"dataset", samples.dataset},
                       {"origin", samples.origin}});
  fmt::print("{}: {} images, {}\n", arguments.out, samples.data.size(), samples.origin);
}

}  // namespace

void add_sample(Command app, Context& context) {
  auto arguments = std::make_shared<SampleArguments>();
  Command command =
      app.subcommand("sample", "Write a class-balanced part of a dataset into one small file");
  command.footer(
      "Example: bitline sample examples/resnet20-cifar10.toml --split test "
      "--per-class 100 --out test.safetensors");
  arguments->config.add_to(command);
  command.option("--split", arguments->split, "train or test").one_of({"train", "test"});
  command.option("--per-class", arguments->per_class, "Images of each class")
      .between(1, std::numeric_limits<int>::max());
  command.option("--out", arguments->out, "File to write").type("FILE").required();
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { sample(*arguments, context); });
}

}  // namespace bitline::cli
