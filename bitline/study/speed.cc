#include "bitline/study/speed.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"
#include "bitline/base/json.h"
#include "bitline/base/parallel.h"
#include "bitline/base/version.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_study.h"

namespace bitline {
namespace {

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Another number of threads while it lives.
class Threads {
 public:
  explicit Threads(int threads) : before_(thread_count()) { set(threads); }
  ~Threads() { set(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  static void set(int threads) {
    set_thread_count(threads);
    share_threads_with_torch();
  }
  int before_;
};

AdcPlan eighth_plan(const Executor& executor, std::int64_t levels) {
  AdcPlan plan = lossless_plan(executor);
  for (auto& [layer, planned] : plan.layers) {
    planned.spec.quantizer = quantizers::kZeroTread;
    planned.spec.levels = levels;
    planned.spec.delta = std::max<std::int64_t>(planned.sums.magnitude() / 8, 1);
  }
  return plan;
}

/// Calls body(step, values before it) for every layer on the array.
void for_cim_layers(const Executor& executor, const PreparedPlan& plan, const Tensor& images,
                    const std::function<void(std::size_t, const Values&)>& body) {
  Values values = executor.begin(images);
  std::size_t at = 0;
  for (const CimLayer* layer : executor.cim_layers()) {
    const std::size_t step = executor.step_of(layer->name);
    executor.run(values, at, step, plan);
    at = step;
    body(step, values);
  }
}

/// The measurements of one network, round by round.
class Rounds {
 public:
  Rounds(const SearchStudy& study, const RunConfig& config, const BenchOptions& options,
         ProgressSink& progress)
      : fused_(study.executor()),
        plan_(fused_.prepare(eighth_plan(fused_, options.levels))),
        images_(normalized_images(fused_.network(), study.sample(), config.data)) {
    if (find_torch_part() != nullptr) {
      composed_.emplace(fused_.network(), MacMode::kAnalog, config.array, Engine::kComposed,
                        progress);
      composed_plan_ = composed_->prepare(eighth_plan(*composed_, options.levels));
    }
    images_ = images_.slice(0, std::min(images_.dim(0), options.images));
    composed_images_ = images_.slice(0, std::min(images_.dim(0), options.composed_images));
  }

  void run() {
    // Untimed: a run that follows other work meets cold caches, and threads that are to be started.
    fused_.logits(images_, plan_);
    all_threads_.push_back(seconds_of([&] { fused_.logits(images_, plan_); }));
    HistogramMap histograms = make_histograms(fused_, false);
    histograms_.push_back(seconds_of([&] { fused_.logits(images_, plan_, &histograms); }));
    if (composed_)
      composed_seconds_.push_back(
          seconds_of([&] { composed_->logits(composed_images_, composed_plan_); }));
    const Threads one(1);
    one_thread_.push_back(seconds_of([&] { fused_.logits(images_, plan_); }));
    // A few images at a time, as the Executor takes them: their values stay in the caches.
    constexpr std::int64_t kAtOnce = 16;
    double kernels = 0;
    for (std::int64_t first = 0; first < images_.dim(0); first += kAtOnce)
      for_cim_layers(fused_, plan_, images_.slice(first, std::min(first + kAtOnce, images_.dim(0))),
                     [&](std::size_t step, const Values& values) {
                       kernels += seconds_of([&] { LayerProbe(fused_, step).sums(values, plan_); });
                     });
    kernels_.push_back(kernels);
  }

  NetworkSpeed report(ProgressSink& progress) const {
    NetworkSpeed speed;
    for (const CimLayer* layer : fused_.cim_layers()) speed.conversions += layer->conversions();
    speed.images_per_second = rate(images_, all_threads_);
    speed.images_per_second_1_thread = rate(images_, one_thread_);
    speed.images_per_second_histograms = rate(images_, histograms_);
    speed.kernel_share = median(kernels_) / median(one_thread_);
    speed.signature = output_signature(fused_, plan_, composed_images_, progress);
    if (!composed_) return speed;
    speed.images_per_second_composed = rate(composed_images_, composed_seconds_);
    BITLINE_CHECK_EQ(output_signature(*composed_, composed_plan_, composed_images_, progress),
                     speed.signature);
    return speed;
  }

 private:
  static double rate(const Tensor& images, const std::vector<double>& seconds) {
    return static_cast<double>(images.dim(0)) / median(seconds);
  }

  const Executor& fused_;
  std::optional<Executor> composed_;
  PreparedPlan plan_, composed_plan_;
  Tensor images_, composed_images_;
  // Seconds by round.
  std::vector<double> all_threads_, one_thread_, histograms_, composed_seconds_, kernels_;
};

std::vector<SearchSpeed> time_searches(SearchStudy& study, const RunConfig& config,
                                       const Job& job) {
  std::vector<SearchSpeed> speeds;
  for (const std::int64_t levels : config.search.levels)
    for (const RangeMethod ranges : config.search.ranges) {
      SearchResult result;
      const double seconds = seconds_of([&] { result = study.search(levels, ranges, {}, job); });
      const bool searched = result.images_in_full > 0;
      speeds.push_back({std::string(name_of(ranges)), levels, seconds,
                        searched ? static_cast<double>(result.images_measured) /
                                       static_cast<double>(result.images_in_full)
                                 : 0});
    }
  return speeds;
}

std::int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * std::int64_t{1024};
}

}  // namespace

std::string output_signature(const Executor& executor, const PreparedPlan& plan,
                             const Tensor& images, ProgressSink& progress) {
  std::string hashes;
  std::int64_t done = 0;
  progress.begin("hash outputs", std::ssize(executor.cim_layers()) + 1);
  for_cim_layers(executor, plan, images, [&](std::size_t step, const Values& values) {
    const LayerProbe layer(executor, step);
    hashes += sha256(layer.sums(values, plan).bytes());
    progress.update(++done, layer.cim_layer().name);
  });
  hashes += sha256(executor.logits(images, plan).bytes());
  progress.update(++done, "logits");
  progress.end();
  return sha256(hashes);
}

NetworkSpeed measure_speed(const RunConfig& config, const BenchOptions& options, const Job& job) {
  const std::string name =
      config.model.file.empty() ? config.model.name : config.model.file.stem().string();
  RunConfig own = config;
  const Network network = load_network(own);
  SearchStudy study(network, own, job);
  Rounds rounds(study, own, options, job.progress);
  job.progress.begin("bench " + name, options.runs);
  for (std::int64_t run = 0; run < options.runs; ++run) {
    job.cancellation.check();
    rounds.run();
    job.progress.update(run + 1, "");
  }
  job.progress.end();
  NetworkSpeed speed = rounds.report(job.progress);
  speed.name = name;
  if (options.search) speed.searches = time_searches(study, own, job);
  speed.peak_memory = peak_memory();
  return speed;
}

std::string to_json(const std::vector<NetworkSpeed>& speeds) {
  Json networks = Json::object();
  for (const NetworkSpeed& speed : speeds) {
    Json& json = networks[speed.name];
    json["conversions_per_image"] = speed.conversions;
    json["images_per_second"] = speed.images_per_second;
    json["images_per_second_1_thread"] = speed.images_per_second_1_thread;
    if (speed.images_per_second_composed)
      json["images_per_second_composed"] = *speed.images_per_second_composed;
    json["images_per_second_histograms"] = speed.images_per_second_histograms;
    json["kernel_share"] = speed.kernel_share;
    json["peak_memory_bytes"] = speed.peak_memory;
    json["signature"] = speed.signature;
    for (const SearchSpeed& search : speed.searches)
      json["search"][search.ranges][std::to_string(search.levels)] = {
          {"seconds", search.seconds}, {"share_measured", search.share_measured}};
  }
  const Json json{{"bitline", version()},
                  {"revision", git_revision()},
                  {"instruction_set", instruction_set()},
                  {"threads", thread_count()},
                  {"networks", networks}};
  return json_text(json, 2) + "\n";
}

}  // namespace bitline
