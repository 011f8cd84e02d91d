#include "bitline/run/run_estimate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bitline/base/duration.h"
#include "bitline/search/range_search.h"

namespace bitline {
namespace {

constexpr std::int64_t kNumbersOfFewest = 7;
constexpr double kShareMeasured = 0.25;
constexpr double kRefinePasses = 2;  // behind the layer-wise search
constexpr double kPassesPerTrainingImage = 3;

/// Passes of the network over one image.
double search_passes(RangeMethod method, const std::vector<LayerWork>& layers) {
  if (!is_search(method)) return 1;
  if (method == RangeMethod(range_methods::kNetworkWise)) {
    std::int64_t most = 0;
    for (const LayerWork& layer : layers) most = std::max(most, layer.candidates);
    return kShareMeasured * static_cast<double>(most);
  }
  double passes = 0;
  for (const LayerWork& layer : layers)
    passes += kShareMeasured * static_cast<double>(layer.candidates) * layer.share_behind;
  return method == RangeMethod(range_methods::kRefine) ? (1 + kRefinePasses) * passes : passes;
}

/// Adds up what is left.
class Estimate {
 public:
  explicit Estimate(const EstimateFacts& facts) : facts_(facts) {}

  void add(const std::string& kind, const std::string& stage, double image_passes) {
    if (image_passes <= 0 || facts_.is_there(stage)) return;
    auto found = std::ranges::find(stages_, kind, &StagesLeft::kind);
    if (found == stages_.end()) found = stages_.insert(stages_.end(), {kind, 0, 0});
    ++found->count;
    found->seconds += image_passes * facts_.seconds_per_image;
  }
  std::vector<StagesLeft> take() { return std::move(stages_); }

 private:
  const EstimateFacts& facts_;
  std::vector<StagesLeft> stages_;
};

/// "L4-layer-wise" of each search; "?" for numbers of levels that are found.
std::vector<std::pair<std::string, RangeMethod>> searches(const SearchConfig& search) {
  std::vector<std::string> levels;
  for (const std::int64_t number : search.levels) levels.push_back(std::to_string(number));
  if (search.finds_fewest())
    for (std::int64_t i = 0; i < kNumbersOfFewest; ++i) levels.push_back(fmt::format("?{}", i));
  std::vector<std::pair<std::string, RangeMethod>> names;
  for (const std::string& number : levels)
    for (const RangeMethod ranges : search.ranges)
      names.emplace_back(fmt::format("L{}-{}", number, name_of(ranges)), ranges);
  return names;
}

}  // namespace

std::vector<StagesLeft> stages_left(const RunConfig& config, const EstimateFacts& facts) {
  Estimate estimate(facts);
  const auto images = [](std::int64_t count) { return static_cast<double>(count); };
  const auto evaluate = [&](const std::string& row, std::int64_t judged) {
    for (const auto& [part, count] : {std::pair{"sample", facts.images.search},
                                      {"validation", judged},
                                      {"test", facts.images.test}})
      estimate.add("evaluation", fmt::format("evaluations/{}-{}", row, part), images(count));
  };
  const auto retrain = [&](const std::string& name) {
    if (!config.retrain) return;
    const TrainConfig& train = config.retrain->train;
    estimate.add(
        "training", "retrain-" + name + "-retrained",
        images(train.options.epochs) * (kPassesPerTrainingImage * images(facts.training_images) +
                                        images(facts.images.holdout)));
    evaluate(name + "-retrained", facts.images.holdout);
  };
  estimate.add("profile", "profile", images(facts.images.search));
  const auto plans = searches(config.search);
  for (const auto& [name, ranges] : plans)
    estimate.add("search", "search-" + name,
                 images(facts.images.search) * search_passes(ranges, facts.layers));
  evaluate("lossless", facts.images.validation);
  if (config.retrain && config.retrain->control) retrain("control");
  for (const auto& [name, ranges] : plans) {
    evaluate(name, facts.images.validation);
    if (facts.recalibrates) {
      estimate.add("recalibration", "recalibrate-" + name, images(facts.images.search));
      evaluate(name + "-recalibrated", facts.images.validation);
    }
    retrain(name);
  }
  return estimate.take();
}

std::string to_text(const std::vector<StagesLeft>& stages) {
  double all = 0;
  std::vector<std::string> parts;
  for (const StagesLeft& left : stages) {
    all += left.seconds;
    const std::string plural = left.kind.ends_with("h") ? "es" : "s";
    parts.push_back(fmt::format("{} {}{} {}", left.count, left.kind,
                                left.count == 1 ? std::string() : plural, duration(left.seconds)));
  }
  return fmt::format("about {}: {}", duration(all), fmt::join(parts, ", "));
}

}  // namespace bitline
