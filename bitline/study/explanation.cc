#include "bitline/study/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "bitline/adc/clipped_sums.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/evaluate/network_evaluator.h"
#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/kernels/layer_adc.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/recalibrate.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_study.h"

namespace bitline {
namespace {

/// A plan of some layers of another one.
template <typename Wanted>
AdcPlan part_of(const AdcPlan& plan, const Wanted& wanted) {
  AdcPlan part;
  for (const auto& [name, planned] : plan.layers)
    if (wanted(name)) part.layers[name] = planned;
  return part;
}

/// Of a layer's outputs: Σ y², Σ e², and Σ over channels of (Σ e)² / values of a channel.
struct ErrorPower {
  double signal = 0, error = 0, mean_error = 0;
};

/// sums: I64 [n, channels, ...], `exact` lossless and `converted` under the plan. `offset`: what
/// belongs to the outputs and to no sum, by channel; empty where it is 0.
ErrorPower error_power(const Tensor& exact, const std::vector<double>& exact_scale,
                       const Tensor& converted, const std::vector<double>& scale,
                       const std::vector<double>& offset) {
  const std::int64_t channels = exact.dim(1);
  const std::int64_t images = exact.dim(0);
  const std::int64_t positions = exact.size() / images / channels;
  const auto y = exact.data<std::int64_t>();
  const auto z = converted.data<std::int64_t>();
  const auto of = [](const std::vector<double>& scales, std::int64_t channel) {
    return scales[scales.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
  };
  ErrorPower power;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const double constant = offset.empty() ? 0 : offset[static_cast<std::size_t>(channel)];
    double errors = 0;
    for (std::int64_t image = 0; image < images; ++image)
      for (std::int64_t i = 0; i < positions; ++i) {
        const auto at = static_cast<std::size_t>((image * channels + channel) * positions + i);
        const double sum = of(exact_scale, channel) * static_cast<double>(y[at]);
        const double error = of(scale, channel) * static_cast<double>(z[at]) - sum;
        power.signal += (sum + constant) * (sum + constant);
        power.error += error * error;
        errors += error;
      }
    power.mean_error += errors * errors / static_cast<double>(images * positions);
  }
  return power;
}

/// Digits that are not 0, of all.
struct Ones {
  std::int64_t count = 0, digits = 0;
  Ones& operator+=(const Ones& other) {
    count += other.count;
    digits += other.digits;
    return *this;
  }
};

class Explainer {
 public:
  Explainer(const Network& network, const RunConfig& config, const AdcPlan& plan, const Job& job)
      : plan_(plan),
        config_(config),
        job_(job),
        study_(network, config, job),
        images_(normalized_images(network, study_.sample(), config.data)),
        evaluator_(study_.executor(), images_, study_.sample().labels),
        all_images_(static_cast<std::size_t>(evaluator_.image_count())) {
    std::iota(all_images_.begin(), all_images_.end(), 0);
  }

  Explanation run() {
    const Executor& executor = study_.executor();
    const PreparedPlan converted = executor.prepare(plan_);
    const PreparedPlan exact = executor.prepare(lossless_plan(executor));
    const bool of_plan = has_statistics_of(executor, converted, images_, job_);
    const HistogramMap sums = of_plan ? sums_under(converted) : study_.profile(false, job_);
    if (of_plan) evaluator_.recalibrate(job_.progress, plan_);
    explanation_.statistics_of_plan = of_plan;
    const bool recalibrates = !of_plan && can_recalibrate(executor.network(), config_.array);
    // Two evaluations to begin with, and two for each layer.
    job_.progress.begin("explain", std::ssize(plan_.layers) + 1);
    explanation_.lossless = score_of({});
    explanation_.plan = score_of(plan_);
    job_.progress.update(1, "all layers");
    Values values = executor.begin(images_);
    std::size_t at = 0;
    for (const CimLayer* layer : executor.cim_layers()) {
      if (!plan_.layers.contains(layer->name)) continue;
      job_.cancellation.check();
      const std::size_t step = executor.step_of(layer->name);
      executor.run(values, at, step, of_plan ? converted : PreparedPlan{});
      at = step;
      LayerExplanation& own = explanation_.layers.emplace_back();
      own.layer = layer->name;
      own.adc = plan_.layers.at(layer->name).spec;
      measure_error(step, values, exact, converted, own);
      measure_clipping(*layer, sums.at(layer->name), own);
      count_ones(step, values);
      own.alone = score_of(part_of(plan_, [&](const auto& name) { return name == own.layer; }));
      own.without = score_of(part_of(plan_, [&](const auto& name) { return name != own.layer; }));
      own.remedy = remedy_of(own, recalibrates, layer->array.adc_levels);
      job_.progress.update(std::ssize(explanation_.layers) + 1, own.layer);
    }
    job_.progress.end();
    explain_streams(converted);
    return std::move(explanation_);
  }

 private:
  /// Of a network that works with those ADCs alone.
  HistogramMap sums_under(const PreparedPlan& plan) const {
    HistogramMap sums = make_histograms(study_.executor(), false);
    predict(study_.executor(), plan, study_.sample(), study_.normalization(),
            "profile partial sums", job_, &sums);
    return sums;
  }

  /// Statistics of their own have the layers that a plan names, those without ADCs among them.
  Score score_of(const AdcPlan& part) {
    AdcPlan plan = explanation_.statistics_of_plan ? lossless_plan(study_.executor()) : AdcPlan{};
    for (const auto& [layer, adc] : part.layers) plan.layers[layer] = adc;
    return evaluator_.evaluate(std::span(&plan, 1), all_images_, [](std::int64_t) {}).front();
  }

  void measure_error(std::size_t step, const Values& values, const PreparedPlan& exact,
                     const PreparedPlan& converted, LayerExplanation& own) const {
    const LayerProbe layer(study_.executor(), step);
    const ErrorPower power = error_power(layer.sums(values, exact), layer.output_scale(exact),
                                         layer.sums(values, converted),
                                         layer.output_scale(converted), layer.zero_offset());
    own.signal_to_noise = 10 * std::log10(power.signal / power.error);
    own.mean_error_share = power.error > 0 ? power.mean_error / power.error : 0;
  }

  void count_ones(std::size_t step, const Values& values) {
    const std::vector<std::int64_t> ones = LayerProbe(study_.executor(), step).count_ones(values);
    const Tensor& digits = values.at(study_.executor().steps()[step].node->inputs[0]).data;
    ones_.resize(std::max(ones_.size(), ones.size()));
    for (std::size_t j = 0; j < ones.size(); ++j) ones_[j] += {ones[j], digits.size()};
  }

  void explain_streams(PreparedPlan converted) {
    const bool apart =
        !explanation_.statistics_of_plan && streams_are_apart(study_.executor(), converted);
    for (const Ones& ones : ones_) {
      StreamExplanation& own = explanation_.streams.emplace_back();
      own.ones = static_cast<double>(ones.count) / static_cast<double>(ones.digits);
      if (!apart) continue;
      converted.stream = std::ssize(explanation_.streams) - 1;
      const Tensor logits =
          predict(study_.executor(), converted, study_.sample(), study_.normalization(),
                  fmt::format("input bit {} alone", *converted.stream), job_);
      own.alone = score_batch(logits, study_.sample().labels);
    }
  }

  static void measure_clipping(const CimLayer& layer, const LayerHistogram& sums,
                               LayerExplanation& own) {
    const LayerAdc adc = make_layer_adc(layer, own.adc, layer.sums);
    own.levels = adc.table(0).levels();
    std::vector<bool> used(adc.table(0).values.size());
    ClippedSums of_all;
    for (std::int64_t stream = 0; stream < sums.streams(); ++stream) {
      const CodeTable& table = adc.table(static_cast<std::size_t>(stream));
      const Histogram seen = sums.of_stream(stream);
      const ClippedSums of_stream = count_clipped(table, seen);
      own.clipped.push_back(of_stream.share());
      of_all += of_stream;
      for (std::int64_t p = seen.minimum(); p <= seen.maximum(); ++p)
        if (seen.count(p) > 0) used[static_cast<std::size_t>(table.code(p))] = true;
    }
    own.clipped_in_all = of_all.share();
    own.levels_used = std::ranges::count(used, true);
  }

  const AdcPlan& plan_;
  const RunConfig& config_;
  Job job_;
  SearchStudy study_;
  Tensor images_;
  NetworkEvaluator evaluator_;
  std::vector<Ones> ones_;  // by stream, of all layers
  std::vector<std::int64_t> all_images_;
  Explanation explanation_;
};

}  // namespace

std::vector<const LayerExplanation*> Explanation::worst() const {
  const auto most_first = [this](const auto& answers) {
    std::vector<const LayerExplanation*> worst;
    for (const LayerExplanation& layer : layers)
      if (answers(&layer) > 0) worst.push_back(&layer);
    std::ranges::stable_sort(worst, std::greater<>(), answers);
    return worst;
  };
  auto worst = most_first([this](const auto* layer) { return regained(*layer); });
  if (!worst.empty()) return worst;
  return most_first([this](const auto* layer) { return lossless.correct - layer->alone.correct; });
}

std::string remedy_of(const LayerExplanation& layer, bool recalibrates, std::int64_t most_levels) {
  constexpr double kMuchClipped = 0.01;
  constexpr double kMostlyMean = 0.5;
  std::string finer =
      most_levels == 0 || layer.levels < most_levels
          ? "more levels"
          : fmt::format(
                "fewer driven rows (array.active_rows), since array.adc_levels = {} allows "
                "no more levels",
                most_levels);
  if (layer.clipped_in_all > kMuchClipped)
    return fmt::format("{}: {:.1f} % of the sums are clipped",
                       layer.adc.quantizer->has_range() ? "a wider range" : finer,
                       100 * layer.clipped_in_all);
  if (recalibrates && layer.mean_error_share > kMostlyMean)
    return fmt::format("recalibration: {:.0f} % of the error's power is a shift of the channels",
                       100 * layer.mean_error_share);
  if (2 * layer.levels_used <= layer.levels)
    return fmt::format("a narrower range or another encoding: sums reach {} of {} levels",
                       layer.levels_used, layer.levels);
  return finer;
}

Explanation explain(const Network& network, const RunConfig& config, const AdcPlan& plan,
                    const Job& job) {
  refuse_column_bias(plan, "explain");
  return Explainer(network, config, plan, job).run();
}

}  // namespace bitline
