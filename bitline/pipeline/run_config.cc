#include "bitline/pipeline/run_config.h"

#include <cstdlib>
#include <limits>

#include "bitline/pipeline/hardware_config.h"
#include "bitline/search/search_checks.h"

namespace bitline {
namespace {

constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
constexpr double kLarge = 1e9;

std::vector<float> floats(const ConfigTable& table, std::string_view key,
                          const std::vector<float>& fallback) {
  const auto values =
      table.get<std::vector<double>>(key, std::vector<double>(fallback.begin(), fallback.end()));
  return {values.begin(), values.end()};
}

/// Of the published sets: mean and deviation of their training images. The others take CIFAR-10's.
Normalization usual_normalization(DataFormat format) {
  switch (format) {
    case DataFormat::kMnist:
      return {{0.1307F}, {0.3081F}};
    case DataFormat::kCifar100:
      return {{0.5071F, 0.4865F, 0.4409F}, {0.2673F, 0.2564F, 0.2762F}};
    case DataFormat::kImageFolder:
      return {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
    default:
      return {{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}};
  }
}

/// An .npz holds the labels too; an .npy does not.
void check_labels(const std::filesystem::path& images, const std::filesystem::path& labels,
                  std::string_view key, std::string_view labels_key) {
  if (images.extension() == ".npz" && !labels.empty())
    fail_usage("data.{} = {} holds the labels itself; remove data.{}", key, images.string(),
               labels_key);
  if (images.extension() != ".npz" && labels.empty())
    fail_usage(
        "data.{} = {} is no .npz and holds images alone; set data.{} to the .npy with labels", key,
        images.string(), labels_key);
}

void validate(const DataOptions& data, std::string_view format) {
  const bool numpy = data.format == DataFormat::kNumpy;
  if ((numpy || data.format == DataFormat::kSamples) &&
      (data.search_file.empty() || data.test_file.empty()))
    fail_usage("data.format = \"{}\" needs data.search_file and data.test_file", format);
  if (numpy) {
    check_labels(data.search_file, data.search_labels, "search_file", "search_labels");
    check_labels(data.test_file, data.test_labels, "test_file", "test_labels");
  }
  if (data.geometry.crop > data.geometry.resize)
    fail_usage("data.crop = {} is more than data.resize = {}, the shorter side that it is cut from",
               data.geometry.crop, data.geometry.resize);
  if (data.verify && data.format != DataFormat::kCifar10 && data.format != DataFormat::kMnist)
    fail_usage(
        "data.verify: no checksums are published of the files of data.format = \"{}\"; remove it",
        format);
}

DataOptions read_data(const ConfigTable& table) {
  constexpr std::int64_t kLargestSide = 16384;
  DataOptions data;
  data.format = table.choice<DataFormat>("format", data.format,
                                         {{"cifar10", DataFormat::kCifar10},
                                          {"cifar100", DataFormat::kCifar100},
                                          {"mnist", DataFormat::kMnist},
                                          {"image-folder", DataFormat::kImageFolder},
                                          {"numpy", DataFormat::kNumpy},
                                          {"samples", DataFormat::kSamples}});
  data.folder = table.path("folder", {});
  data.search_file = table.path("search_file", {});
  data.test_file = table.path("test_file", {});
  data.search_labels = table.path("search_labels", {});
  data.test_labels = table.path("test_labels", {});
  data.geometry.resize = table.integer("resize", data.geometry.resize, 1, kLargestSide);
  data.geometry.crop = table.integer("crop", data.geometry.crop, 1, kLargestSide);
  data.verify = table.get<bool>("verify", data.verify);
  data.images_per_class = table.integer("images_per_class", data.images_per_class, 1, kMany);
  data.validation_per_class =
      table.integer("validation_per_class", data.images_per_class, 0, kMany);
  const Normalization usual = usual_normalization(data.format);
  data.normalization.mean = floats(table, "mean", usual.mean);
  data.normalization.deviation = floats(table, "deviation", usual.deviation);
  if (!table.has("format") && (!data.search_file.empty() || !data.test_file.empty()))
    fail_usage(
        "data.search_file and data.test_file go with a data.format; set it to \"samples\" or "
        "\"numpy\"");
  validate(data, table.get<std::string>("format", "cifar10"));
  return data;
}

void read_weights(const ConfigTable& table, ModelSource& model) {
  model.weights = table.path("weights", {});
  model.matching.match =
      table.choice<WeightMatch>("match", model.matching.match,
                                {{"name", WeightMatch::kName}, {"order", WeightMatch::kOrder}});
  model.matching.rename = table.texts("rename");
  if (!model.weights.empty() && !model.file.empty())
    fail_usage("model.weights goes with model.name; the network in model.file has its own weights");
  if (model.weights.empty() && (table.has("match") || table.has("rename")))
    fail_usage("model.match and model.rename say how to read model.weights; set that too");
  if (model.matching.match == WeightMatch::kOrder && !model.matching.rename.empty())
    fail_usage("model.match = \"order\" looks at no names; remove it or [model.rename]");
}

ModelSource read_model(const ConfigTable& table, std::uint64_t seed) {
  ModelSource model;
  model.file = table.path("file", {});
  model.name = table.get<std::string>("name", "");
  model.options.width = table.number("width", model.options.width, 1.0 / 1024, 1024);
  model.options.classes = table.integer("classes", model.options.classes, 2, kMany);
  model.options.input = table.integers("input", model.options.input, 1, kMany);
  model.options.seed = seed;
  read_weights(table, model);
  if (model.file.empty() == model.name.empty())
    fail_usage("set either model.file (a network file) or model.name (resnet18, resnet20, vgg9)");
  for (const char* key : {"width", "classes", "input"})
    if (!model.file.empty() && table.has(key))
      fail_usage("model.{} goes with model.name; the network in model.file has its own", key);
  if (model.options.input.size() != 3)
    fail_usage("model.input has {} numbers; give [channels, height, width]",
               model.options.input.size());
  return model;
}

QuantizeOptions read_quantize(const ConfigTable& table) {
  QuantizeOptions quantize;
  quantize.quantizer = table.choice<TrainingQuantizer>(
      "quantizer", quantize.quantizer,
      {{"lsq", TrainingQuantizer::kLsq}, {"qnn", TrainingQuantizer::kQnn}});
  const auto bits = [&table](std::string_view key, int fallback) {
    return static_cast<int>(table.integer(key, fallback, 1, 8));
  };
  quantize.weight_bits = bits("weight_bits", quantize.weight_bits);
  quantize.activation_bits = bits("activation_bits", quantize.activation_bits);
  quantize.edge_bits = bits("edge_bits", quantize.edge_bits);
  quantize.weight_scale = table.choice<ScaleGranularity>(
      "weight_scale", quantize.weight_scale,
      {{"layer", ScaleGranularity::kLayer}, {"channel", ScaleGranularity::kChannel}});
  quantize.odd_weights =
      table.choice<bool>("weight_grid", quantize.odd_weights, {{"ordinary", false}, {"odd", true}});
  return quantize;
}

PostTrainingOptions read_post_training(const ConfigTable& table) {
  PostTrainingOptions post;
  post.range.rule = table.choice<RangeRule>("range", post.range.rule,
                                            {{"min-max", RangeRule::kMinMax},
                                             {"percentile", RangeRule::kPercentile},
                                             {"mse", RangeRule::kMse}});
  post.range.percentile = table.number("percentile", post.range.percentile, 0, 100);
  if (post.range.percentile == 0)
    fail_usage("{}: quantize.percentile 0 takes in no value; choose one above 0, 99.9 for example",
               table.where("percentile"));
  post.fold_batch_norm = table.get<bool>("fold_batch_norm", post.fold_batch_norm);
  post.correct_bias = table.get<bool>("bias_correction", post.correct_bias);
  return post;
}

TrainRun read_train(const ConfigTable& table, std::string_view name, TrainRun train) {
  TrainOptions& options = train.options;
  options.epochs = table.integer("epochs", options.epochs, 1, kMany);
  options.batch_size = table.integer("batch_size", options.batch_size, 1, kMany);
  options.learning_rate = table.number("learning_rate", options.learning_rate, 0, kLarge);
  options.momentum = table.number("momentum", options.momentum, 0, 1);
  options.weight_decay = table.number("weight_decay", options.weight_decay, 0, kLarge);
  options.schedule = table.choice<Schedule>(
      "schedule", options.schedule, {{"cosine", Schedule::kCosine}, {"step", Schedule::kStep}});
  options.warmup_epochs = table.number("warmup_epochs", options.warmup_epochs, 0, kLarge);
  options.step_epochs = table.integers("step_epochs", options.step_epochs, 1, kMany);
  options.step_factor = table.number("step_factor", options.step_factor, 0, 1);
  train.output = table.path("output", train.output);
  train.holdout = table.integer("holdout", train.holdout, 0, kMany);
  train.augment = table.get<bool>("augment", train.augment);
  train.device = table.get<std::string>("device", train.device);
  validate(options, name);
  return train;
}

RetrainRun read_retrain(const ConfigTable& table, TrainRun train) {
  constexpr double kSmallerRate = 0.1;
  train.options.epochs = 25;
  train.options.learning_rate *= kSmallerRate;
  train.output = "retrained.safetensors";
  RetrainRun retrain;
  retrain.train = read_train(table, "retrain", train);
  retrain.gradient = table.choice<StraightThrough>("gradient", retrain.gradient,
                                                   {{"identity", StraightThrough::kIdentity},
                                                    {"clipped", StraightThrough::kClipped},
                                                    {"scaled", StraightThrough::kScaled}});
  retrain.recalibrate = table.get<bool>("recalibrate", retrain.recalibrate);
  Distillation& distillation = retrain.distillation;
  distillation.share = table.number("distillation", distillation.share, 0, 1);
  distillation.temperature = table.number("temperature", distillation.temperature, 0.1, 100);
  retrain.reference = table.path("reference", {});
  retrain.teacher = table.path("teacher", {});
  retrain.learn_ranges = table.get<bool>("learn_ranges", retrain.learn_ranges);
  retrain.search_after = table.integers("search_after", retrain.search_after, 1, kMany);
  return retrain;
}

SearchRun read_search(const ConfigTable& table, const ConfigTable& adc) {
  SearchRun search;
  search.options.adc = read_adc(adc);
  search.measured = read_measured_adc(adc);
  search.levels = table.integers("levels", search.levels, 2, kMaximumLevels);
  if (search.levels.empty())
    fail_usage("{}: search.levels is empty; name at least one number of levels",
               table.where("levels"));
  refuse_twice(search.levels, table.where("levels"));
  std::vector<std::string> ranges;
  for (const RangeMethod method : search.ranges) ranges.emplace_back(name_of(method));
  ranges = table.get<std::vector<std::string>>("ranges", ranges);
  refuse_twice(ranges, table.where("ranges"));
  search.ranges.clear();
  for (const std::string& name : ranges) search.ranges.push_back(range_method_from_name(name));
  search.percentile = table.rational("percentile", search.percentile);
  if (search.percentile <= 0 || search.percentile > 100)
    fail_usage("search.percentile {} is outside 0 to 100 per cent; choose 99.9, for example",
               to_string(search.percentile));
  search.options.objective = objective_from_name(
      table.get<std::string>("objective", std::string(name_of(Objective::kAccuracy))));
  search.centre = table.choice<Centre>("centre", search.centre,
                                       {{"zero", Centre::kZero}, {"mean", Centre::kMean}});
  search.statistics = table.choice<SearchStatistics>(
      "statistics", search.statistics,
      {{"stored", SearchStatistics::kStored}, {"recalibrated", SearchStatistics::kRecalibrated}});
  search.stream_ranges_by_spread =
      table.choice<bool>("stream_ranges", false, {{"shared", false}, {"by-spread", true}});
  search.layers = table.get<std::vector<std::string>>("layers", search.layers);
  search.options.delta_step = table.rational("delta_step", search.options.delta_step);
  check_delta_step(search.options.delta_step);
  search.options.full = table.get<bool>("full", search.options.full);
  search.max_loss = table.number("max_loss", search.max_loss, 0, 100);
  search.recalibrate = table.get<bool>("recalibrate", search.recalibrate);
  return search;
}

}  // namespace

RunConfig read_run_config(const Config& config) {
  const ConfigTable root = config.root();
  RunConfig run;
  run.seed = static_cast<std::uint64_t>(root.integer("seed", 1, 0, kMany));
  run.threads = root.integer("threads", 0, 0, 1024);
  run.engine = root.choice<Engine>("engine", run.engine,
                                   {{"reference", Engine::kReference},
                                    {"fused", Engine::kFused},
                                    {"composed", Engine::kComposed}});
  run.data = read_data(root.table("data"));
  run.model = read_model(root.table("model"), run.seed);
  run.array = read_array(root.table("array"));
  run.has_quantize = root.has("quantize");
  run.has_retrain = root.has("retrain");
  run.quantize = read_quantize(root.table("quantize"));
  run.post_training = read_post_training(root.table("quantize"));
  run.quantize_then_train = root.table("quantize").get<bool>("fine_tune", false);
  run.train = read_train(root.table("train"), "train", {});
  run.retrain = read_retrain(root.table("retrain"), run.train);
  run.search = read_search(root.table("search"), root.table("adc"));
  run.compare.methods =
      root.table("compare").get<std::vector<std::string>>("methods", run.compare.methods);
  if (run.compare.methods.empty())
    fail_usage("compare.methods is empty; name one, or leave it out for all of them");
  run.has_allocate = root.has("allocate");
  if (run.search.ranges.empty() && !run.has_allocate)
    fail_usage("{} is empty; name at least one way to ranges, \"layer-wise\" for example",
               root.table("search").where("ranges"));
  run.has_explain = root.has("explain");
  root.table("explain");
  run.allocate = read_allocate(root.table("allocate"));
  run.has_cost = root.has("cost");
  run.cost = read_cost(root.table("cost"));
  run.profile_by_tile = root.table("profile").get<bool>("by_tile", false);
  config.check_all_used();
  run.as_used = config.to_toml();
  return run;
}

std::map<std::string, std::string> config_defaults() {
  // Every key is asked for, whatever the file holds; without a network it would be refused.
  const Config config = Config::from_text("model.name = 'vgg9'", "defaults");
  read_run_config(config);
  return config.defaults();
}

}  // namespace bitline
