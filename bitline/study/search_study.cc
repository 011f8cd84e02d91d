#include "bitline/study/search_study.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"
#include "bitline/base/version.h"
#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/evaluate/sum_statistics.h"
#include "bitline/mapping/array_settings.h"
#include "bitline/mapping/cell_digits.h"
#include "bitline/runtime/add_batch_norm.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/search/candidates.h"
#include "bitline/search/score_journal.h"
#include "bitline/search/stream_spread.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"

namespace bitline {
namespace {

/// Small blocks drop hopeless candidates soonest.
constexpr std::int64_t kBlockImages = 20;

/// By how much the right class leads the best other one: small or negative for a hard image.
std::vector<float> margins(const Tensor& logits, std::span<const std::int32_t> targets) {
  const auto classes = static_cast<std::size_t>(logits.dim(1));
  std::vector<float> result(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    std::vector<float> row(
        logits.data<float>().begin() + static_cast<std::ptrdiff_t>(i * classes),
        logits.data<float>().begin() + static_cast<std::ptrdiff_t>((i + 1) * classes));
    float& own = row[static_cast<std::size_t>(targets[i])];
    const float value = own;
    own = -std::numeric_limits<float>::infinity();
    result[i] = value - *std::ranges::max_element(row);
  }
  return result;
}

std::vector<std::int64_t> ascending(const std::vector<float>& keys) {
  std::vector<std::int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {},
                           [&keys](std::int64_t i) { return keys[static_cast<std::size_t>(i)]; });
  return order;
}

/// Everything apart from plan and images that decides a score. `searched`: with recalibrated
/// statistics, all others have statistics of their own too.
std::string identity_of(const Executor& executor, const Tensor& images,
                        std::span<const std::int32_t> targets, SearchStatistics statistics,
                        std::span<const CimLayer* const> searched) {
  std::string layers;
  for (const CimLayer* layer : executor.cim_layers()) {
    for (const auto& [key, value] : sum_settings(layer->array))
      layers += fmt::format("{} {} ", key, value);  // digits stand in one order whatever the tiles
    layers += layer->name + sha256(all_cell_digits(*layer).bytes()) +
              (layer->planes.has_flips() ? sha256(layer->planes.signs.bytes()) : "");
  }
  std::string judged;
  if (statistics == SearchStatistics::kRecalibrated) {
    judged = "recalibrated";
    for (const CimLayer* layer : searched) judged += " " + layer->name;
  }
  return version() + git_revision() + content_hash(executor.network()) + sha256(images.bytes()) +
         sha256(std::as_bytes(targets)) + sha256(layers) + judged;
}

Dataset fitting(Dataset sample, const Network& network) {
  check_fit(network, sample);
  return sample;
}

/// Candidates with statistics of their own need a batch-norm to hold them.
Network searched_network(const Network& network, const RunConfig& config, const Tensor& images,
                         const Job& job) {
  if (config.search.statistics != SearchStatistics::kRecalibrated) return network;
  return add_batch_norm(network, config.array, config.engine, images, job);
}

/// Whether it tries multiples of delta_step in every layer.
bool steps_in_every_layer(RangeMethod method) {
  return (is_search(method) && method != range_methods::kNetworkWise) ||
         method == range_methods::kMse || method == range_methods::kCsnr;
}

/// Those on the array that get an ADC.
std::vector<const CimLayer*> layers_to_search(const Executor& executor, const RunConfig& config) {
  std::vector<const CimLayer*> layers = executor.cim_layers();
  const auto wanted = layers_on_array(executor, config.search.layers, "search.layers");
  if (!wanted.empty())
    std::erase_if(layers, [&wanted](const CimLayer* layer) {
      return std::ranges::find(wanted, layer->name) == wanted.end();
    });
  return layers;
}

/// Of the configuration, once the network has been looked at.
Dataset checked_sample(const Network& network, const RunConfig& config, const Job& job) {
  check_delta_step_fits(network, config);
  return load_search_sample(config.data, config.seed, job);
}

}  // namespace

void check_delta_step_fits(const Network& network, const RunConfig& config) {
  const Rational& step = config.search.options.delta_step;
  std::vector<RangeMethod> methods = config.search.ranges;
  if (config.allocate) methods.push_back(config.allocate->ranges);
  const bool in_every_layer = std::ranges::any_of(methods, steps_in_every_layer);
  const bool in_one =
      std::ranges::find(methods, RangeMethod(range_methods::kNetworkWise)) != methods.end();
  if (step <= 1 || (!in_every_layer && !in_one) || network.quant.empty()) return;
  const Executor executor(network, MacMode::kAnalog, config.array, Engine::kReference);
  const std::vector<const CimLayer*> layers = layers_to_search(executor, config);
  if (layers.empty()) return;
  const auto magnitude = [](const CimLayer* layer) { return layer->sums.magnitude(); };
  const CimLayer* judged = in_every_layer ? std::ranges::min(layers, {}, magnitude)
                                          : std::ranges::max(layers, {}, magnitude);
  if (step > judged->sums.magnitude())
    fail_usage(
        "layer {}: search.delta_step {} exceeds {}, the largest possible sum; choose a "
        "smaller step",
        judged->name, to_string(step), judged->sums.magnitude());
}

SearchStudy::SearchStudy(const Network& network, const RunConfig& config, const Job& job)
    : SearchStudy(network, config, checked_sample(network, config, job), job) {}

SearchStudy::SearchStudy(const Network& network, const RunConfig& config, Dataset sample,
                         const Job& job)
    : config_(config),
      sample_(fitting(std::move(sample), network)),
      images_(normalized_images(network, sample_, config.data)),
      executor_(searched_network(network, config, images_, job), MacMode::kAnalog, config.array,
                config.engine, job.progress) {
  check_any_on_array(executor_);
  searched_layers();  // that they are there
  for (const auto& own : config.adc.layers) check_on_array(executor_, own.first, "adc.layers");
  const auto start = std::chrono::steady_clock::now();
  const Tensor logits =
      predict(executor_, {}, sample_, normalization(), "lossless search sample", job);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  seconds_per_image_ = elapsed.count() / static_cast<double>(sample_.size());
  lossless_ = score_batch(logits, sample_.labels);
  answers_ = predicted_classes(logits);
  hardest_first_ = ascending(margins(logits, targets()));
}

Normalization SearchStudy::normalization() const {
  return normalization_of(executor_.network(), config_.data, sample_);
}

std::vector<const CimLayer*> SearchStudy::searched_layers() const {
  return layers_to_search(executor_, config_);
}

void SearchStudy::add_arrays(AdcPlan& plan) const {
  plan.array = sum_settings(config_.array.common);
  for (const auto& [layer, adc] : plan.layers)
    if (ArraySettings own = own_sum_settings(config_.array, layer); !own.empty())
      plan.layer_arrays.insert_or_assign(layer, std::move(own));
}

HistogramMap SearchStudy::profile(bool by_tile, const Job& job) {
  return by_tile ? count_sums(true, job) : sums(job);
}

HistogramMap SearchStudy::count_sums(bool by_tile, const Job& job) const {
  HistogramMap histograms = make_histograms(executor_, by_tile);
  const PreparedPlan plan = executor_.prepare(lossless_plan(executor_));
  predict(executor_, plan, sample_, normalization(), "profile partial sums", job, &histograms);
  return histograms;
}

const HistogramMap& SearchStudy::sums(const Job& job) {
  if (sums_.empty()) sums_ = count_sums(false, job);
  return sums_;
}

std::map<std::string, Rational> SearchStudy::centres(const Job& job) {
  std::map<std::string, Rational> centres;
  if (config_.search.centre == Centre::kZero) return centres;
  for (const CimLayer* layer : searched_layers())
    centres[layer->name] = mean_centre(statistics(sums(job).at(layer->name).total()));
  return centres;
}

StreamShifts SearchStudy::stream_shifts(const Job& job) {
  StreamShifts shifts;
  if (!config_.search.stream_ranges_by_spread) return shifts;
  for (const CimLayer* layer : searched_layers()) {
    const LayerHistogram& sums = this->sums(job).at(layer->name);
    std::vector<Histogram> streams;
    for (std::int64_t stream = 0; stream < sums.streams(); ++stream)
      streams.push_back(sums.of_stream(stream));
    if (std::vector<int> own = shifts_by_spread(streams); !own.empty())
      shifts.emplace(layer->name, std::move(own));
  }
  return shifts;
}

const std::map<std::string, ColumnHistogram>& SearchStudy::column_sums(const Job& job) {
  if (column_sums_.empty())
    column_sums_ = count_columns(executor_, images_, searched_layers(), job);
  return column_sums_;
}

AdcSpec SearchStudy::fit_columns(const CimLayer& layer, RangeMethod method,
                                 const SearchOptions& options, const Job& job) {
  const ColumnHistogram& counted = column_sums(job).at(layer.name);
  return with_context("layer " + layer.name, [&] {
    const AdcSpec spec = adc_of(options, layer.name);
    const ColumnSums sums = sums_of_columns(layer, counted);
    return method->gives_tables ? fit_column_levels(spec.levels, sums)
                                : fit_column_bias(spec, sums, options.delta_step);
  });
}

ColumnBiases SearchStudy::column_biases(const SearchOptions& options, const Job& job) {
  ColumnBiases biases;
  for (const CimLayer* layer : searched_layers())
    if (layer->array.biases_columns())
      biases.emplace(layer->name,
                     fit_columns(*layer, range_methods::kColumnMse, options, job).column_bias);
  return biases;
}

const std::vector<std::int32_t>& SearchStudy::targets() const {
  const bool agreement = config_.search.options.objective == Objective::kAgreement;
  return agreement ? answers_ : sample_.labels;
}

AdcSpec SearchStudy::adc_without_search(const CimLayer& layer, RangeMethod method,
                                        const SearchOptions& options, const Job& job) {
  if (method == range_methods::kMeasured) {
    const std::optional<AdcSpec>& measured = config_.adc.of(layer.name).measured;
    if (!measured)
      fail_usage(
          "layer {} has no transfer curve for search.ranges \"measured\"; name a CSV file in "
          "adc.table",
          layer.name);
    return *measured;
  }
  if (method->needs_columns) return fit_columns(layer, method, options, job);
  AdcSpec spec = adc_of(options, layer.name);
  if (const auto centre = options.centres.find(layer.name); centre != options.centres.end())
    spec.centre = centre->second;
  LayerStatistics statistics;
  if (method->needs_sums) statistics = statistics_of(layer, sums(job).at(layer.name));
  return range_from_statistics(method, spec, statistics,
                               {config_.search.percentile, options.delta_step});
}

SearchResult SearchStudy::without_search(RangeMethod method, const SearchOptions& options,
                                         const Job& job) {
  SearchResult result;
  for (const CimLayer* layer : searched_layers())
    result.plan.layers[layer->name] = {adc_without_search(*layer, method, options, job),
                                       layer->sums};
  const Tensor logits =
      predict(executor_, executor_.prepare(result.plan), sample_, normalization(),
              fmt::format("score {} levels, {}", options.adc.levels, name_of(method)), job);
  result.score = score_batch(logits, targets());
  return result;
}

SearchOptions SearchStudy::search_options(const Job& job) {
  SearchOptions options = config_.search.options;
  options.adc = config_.adc.common.spec;
  for (const CimLayer* layer : searched_layers()) {
    if (const auto own = config_.adc.layers.find(layer->name); own != config_.adc.layers.end())
      options.layer_adcs.emplace(layer->name, own->second.spec);
    if (layer->array.adc_levels != 0)
      options.most_levels.emplace(layer->name, layer->array.adc_levels);
  }
  options.image_order = hardest_first_;
  options.block_images = kBlockImages;
  options.centres = centres(job);
  options.stream_shifts = stream_shifts(job);
  return options;
}

void SearchStudy::with_evaluator(const std::filesystem::path& journal, ProgressSink& progress,
                                 const std::function<void(Evaluator&)>& body) {
  const SearchStatistics statistics = config_.search.statistics;
  NetworkEvaluator evaluator(executor_, images_, targets(), config_.search.layers);
  if (statistics == SearchStatistics::kRecalibrated) evaluator.recalibrate(progress);
  if (journal.empty()) return body(evaluator);
  ScoreJournal scores(journal,
                      identity_of(executor_, images_, targets(), statistics, searched_layers()));
  JournaledEvaluator journaled(evaluator, scores);
  body(journaled);
}

SearchResult SearchStudy::search(std::int64_t levels, RangeMethod method,
                                 const std::filesystem::path& journal, const Job& job) {
  SearchOptions options = search_options(job);
  options.method = method;
  options.adc.levels = levels;
  check_ranges(config_, method, {&levels, 1});
  SearchResult result;
  if (is_search(method)) options.column_biases = column_biases(options, job);
  if (is_search(method))
    with_evaluator(journal, job.progress,
                   [&](Evaluator& evaluator) { result = search_ranges(evaluator, options, job); });
  else
    result = without_search(method, options, job);
  add_arrays(result.plan);
  return result;
}

AdcPlan SearchStudy::search_again(const AdcPlan& plan, const Job& job) {
  SearchOptions options = search_options(job);
  for (const auto& [layer, adc] : plan.layers) {
    options.levels[layer] = adc.spec.levels;
    if (!adc.spec.column_bias.empty()) options.column_biases[layer] = adc.spec.column_bias;
  }
  SearchResult result;
  with_evaluator({}, job.progress, [&](Evaluator& evaluator) {
    result = refine_ranges(evaluator, options, plan, job);
  });
  add_arrays(result.plan);
  return result.plan;
}

LevelAllocation SearchStudy::allocate(AllocationOptions allocation,
                                      const std::filesystem::path& journal, const Job& job) {
  allocation.search = search_options(job);
  const RangeMethod ranges = config_.allocate_or_default().ranges;
  if (!is_search(ranges))
    for (const std::int64_t levels : allocation.levels)
      allocation.uniform.push_back(search(levels, ranges, {}, job).plan);
  LevelAllocation result;
  with_evaluator(journal, job.progress, [&](Evaluator& evaluator) {
    result = allocate_levels(evaluator, allocation, job);
  });
  const auto found_here = [this](MeasuredPlan& plan) { add_arrays(plan.plan); };
  if (result.best) found_here(*result.best);
  std::ranges::for_each(result.uniform, found_here);
  std::ranges::for_each(result.front, found_here);
  return result;
}

Score SearchStudy::score(const Executor& executor, const AdcPlan& plan) const {
  SilentProgress silent;
  const Tensor logits =
      predict(executor, executor.prepare(plan), sample_, normalization(), "", {silent, {}});
  return score_batch(logits, sample_.labels);
}

}  // namespace bitline
