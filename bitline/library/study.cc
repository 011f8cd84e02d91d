#include "bitline/library/study.h"

#include <utility>

#include "bitline/base/fail.h"
#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_study.h"

namespace bitline {
namespace {

RunConfig config_of(const Network& network, const NetworkArrays& array,
                    const StudyOptions& options) {
  validate(array.common);
  for (const auto& [layer, own] : array.layers)
    with_context(fmt::format("layer {}", layer), [&own = own] { validate(own.array); });
  if (!options.normalization && !network.normalization)
    fail_usage(
        "network '{}' does not say by which mean and deviation its images are normalized, and "
        "StudyOptions::normalization is empty; set it to those that it was trained with",
        network.name);
  RunConfig config;
  config.array = array;
  config.adc.common.spec = options.adc;
  for (const auto& [layer, adc] : options.layer_adcs) config.adc.layers[layer].spec = adc;
  config.search.options.objective = options.objective;
  config.search.options.delta_step = options.delta_step;
  config.search.layers = options.layers;
  if (options.normalization) config.data.normalization = *options.normalization;
  config.data.mean_is_given = config.data.deviation_is_given = options.normalization.has_value();
  check_layer_names(config, network);
  return config;
}

}  // namespace

class Study::Parts {
 public:
  Parts(const Network& network, const NetworkArrays& array, Dataset images,
        const StudyOptions& options)
      : progress_(options.progress),
        cancellation_(options.cancellation),
        config_(config_of(network, array, options)) {
    check_dataset(images, "images");
    study_.emplace(network, config_, std::move(images), job());
  }

  const RunConfig& config() const { return config_; }
  const SearchStudy& study() const { return *study_; }
  SearchStudy& study() { return *study_; }
  Job job() const {
    static SilentProgress silent;
    static const Cancellation nobody;
    return {progress_ != nullptr ? *progress_ : silent,
            cancellation_ != nullptr ? *cancellation_ : nobody};
  }

 private:
  ProgressSink* progress_;
  const Cancellation* cancellation_;
  RunConfig config_;
  std::optional<SearchStudy> study_;
};

Study::Study(const Network& network, const NetworkArrays& array, Dataset images,
             const StudyOptions& options)
    : parts_(std::make_unique<Parts>(network, array, std::move(images), options)) {}
Study::Study(Study&& other) noexcept = default;
Study& Study::operator=(Study&& other) noexcept = default;
Study::~Study() = default;

std::vector<LayerLayout> Study::layouts() const {
  std::vector<LayerLayout> layouts;
  for (const CimLayer* layer : parts_->study().executor().cim_layers())
    layouts.push_back(layout_of(*layer));
  return layouts;
}

Score Study::lossless() const { return parts_->study().lossless(); }

SearchResult Study::search(std::int64_t levels, RangeMethod method,
                           const std::filesystem::path& journal) {
  return parts_->study().search(levels, method, journal, parts_->job());
}

Score Study::evaluate(const AdcPlan& plan, const Dataset& images) const {
  const SearchStudy& study = parts_->study();
  check_dataset(images, "images");
  check_fit(study.executor().network(), images);
  const Tensor logits = predict(study.executor(), study.executor().prepare(plan), images,
                                study.normalization(), "evaluate", parts_->job());
  return score_batch(logits, images.labels);
}

Network Study::recalibrated(const AdcPlan& plan) const {
  const SearchStudy& study = parts_->study();
  return bitline::recalibrated(study.executor().network(), plan, study.sample(), parts_->config(),
                               parts_->job());
}

}  // namespace bitline
