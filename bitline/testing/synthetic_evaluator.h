// Networks that are nothing but a formula from plan and image to a score.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/base/random.h"
#include "bitline/search/range_search.h"

namespace bitline::test {

/// "conv1=7 conv2=3/2 ": the δ of every layer that the plan names.
inline std::string deltas_of(const AdcPlan& plan) {
  std::string text;
  for (const auto& [name, planned] : plan.layers)
    text += name + "=" + to_string(planned.spec.delta) + " ";
  return text;
}

/// Sums a formula over the images and counts what it was asked for.
class SyntheticEvaluator : public Evaluator {
 public:
  using ImageScore = std::function<Score(const AdcPlan&, std::int64_t image)>;

  SyntheticEvaluator(std::vector<SearchLayer> layers, std::int64_t image_count, ImageScore score)
      : layers_(std::move(layers)), image_count_(image_count), score_(std::move(score)) {}

  const std::vector<SearchLayer>& layers() const override { return layers_; }
  std::int64_t image_count() const override { return image_count_; }
  std::vector<Score> evaluate(std::span<const AdcPlan> plans, std::span<const std::int64_t> images,
                              const Measured& measured) override {
    std::vector<Score> scores;
    for (const AdcPlan& plan : plans) {
      if (calls_ == calls_allowed) throw Error(ErrorKind::kFailure, "killed");
      ++calls_;
      images_measured += static_cast<std::int64_t>(images.size());
      Score sum;
      for (const std::int64_t image : images) sum += score_(plan, image);
      scores.push_back(sum);
      measured(static_cast<std::int64_t>(images.size()));
    }
    return scores;
  }

  std::int64_t calls() const { return calls_; }

  std::int64_t images_measured = 0;
  std::int64_t calls_allowed = -1;  ///< plans after which the next throws; −1 means never

 private:
  std::vector<SearchLayer> layers_;
  std::int64_t image_count_;
  ImageScore score_;
  std::int64_t calls_ = 0;
};

/// Each (plan, image) draws right or wrong and a loss of 0 … largest_loss; few values force ties.
inline SyntheticEvaluator::ImageScore random_scores(std::uint64_t seed, std::uint64_t one_right_in,
                                                    std::uint64_t largest_loss) {
  return [=](const AdcPlan& plan, std::int64_t image) {
    Random random = Random::stream(seed, deltas_of(plan), static_cast<std::uint64_t>(image));
    const bool right = random.below(one_right_in) == 0;
    return Score{1, right ? 1 : 0, static_cast<std::int64_t>(random.below(largest_loss + 1))};
  };
}

inline SearchOptions options_of(RangeMethod method, std::int64_t block_images = 1) {
  SearchOptions options;
  options.method = method;
  options.block_images = block_images;
  options.adc.levels = 4;
  return options;
}

inline SearchResult search_silently(Evaluator& evaluator, const SearchOptions& options) {
  SilentProgress progress;
  const Cancellation never;
  return search_ranges(evaluator, options, {progress, never});
}

}  // namespace bitline::test
