// Equivalent to measuring every candidate on every image and taking the first by ranks_before().
//
// First every candidate sees the first block; none could be dropped earlier, and their scores tell
// which candidates are promising. Then, the most promising first, each is measured to its end, or
// to the point where its best outcome would rank behind the leader.

#include "bitline/search/curve_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

class CurveSearch {
 public:
  CurveSearch(SearchContext& context, const AdcPlan& decided, std::span<const Candidate> candidates,
              std::string layer)
      : context_(context), decided_(decided), candidates_(candidates) {
    curve_.layer = std::move(layer);
    for (const Candidate& candidate : candidates)
      curve_.points.push_back({candidate.delta, candidate.code_map, {}, false});
  }

  SearchCurve run() {
    measure_next_block(0, candidates_.size());
    for (const std::size_t i : most_promising_first()) {
      while (!complete(i) && !hopeless(i)) measure_next_block(i, 1);
      if (complete(i))
        challenge(i);
      else
        drop(i);
    }
    curve_.winner = *leader_;
    return std::move(curve_);
  }

 private:
  RankedScore ranked(std::size_t i) const {
    return {curve_.points[i].score, curve_.points[i].delta};
  }
  bool complete(std::size_t i) const {
    return curve_.points[i].score.images == context_.image_count();
  }

  std::vector<std::size_t> most_promising_first() const {
    std::vector<std::size_t> order(curve_.points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return ranks_before(context_.options.objective, ranked(a), ranked(b));
    });
    return order;
  }

  bool hopeless(std::size_t i) const {
    if (context_.options.full || !leader_) return false;
    RankedScore best = ranked(i);
    best.score = best_outcome(best.score, context_.image_count());
    return !ranks_before(context_.options.objective, best, ranked(*leader_));
  }

  void challenge(std::size_t i) {
    if (!leader_ || ranks_before(context_.options.objective, ranked(i), ranked(*leader_)))
      leader_ = i;
    report(0);
  }

  void drop(std::size_t i) {
    CurvePoint& point = curve_.points[i];
    point.dropped = true;
    report(context_.image_count() - point.score.images);
  }

  /// Of `count` candidates from the first one on, which have seen equally many images.
  void measure_next_block(std::size_t first, std::size_t count) {
    context_.job.cancellation.check();
    const std::int64_t seen = curve_.points[first].score.images;
    const std::int64_t size =
        std::min(context_.options.block_images, context_.image_count() - seen);
    const std::span<const std::int64_t> block =
        std::span(context_.image_order)
            .subspan(static_cast<std::size_t>(seen), static_cast<std::size_t>(size));
    std::vector<AdcPlan> plans(count, decided_);
    for (std::size_t i = 0; i < count; ++i)
      plans[i].layers.insert(candidates_[first + i].layers.begin(),
                             candidates_[first + i].layers.end());
    const std::vector<Score> scores =
        context_.evaluator.evaluate(plans, block, [this](std::int64_t images) {
          context_.job.cancellation.check();
          report(images);
        });
    for (std::size_t i = 0; i < count; ++i) add(first + i, scores.at(i), size);
  }

  void add(std::size_t i, const Score& score, std::int64_t images) {
    // The bound stands on these.
    BITLINE_CHECK_EQ(score.images, images);
    BITLINE_CHECK_LE(score.correct, images);
    BITLINE_CHECK_LE(0, score.correct);
    BITLINE_CHECK_LE(0, score.loss);
    curve_.points[i].score += score;
  }

  void report(std::int64_t images) {
    context_.images_done += images;
    std::string note = curve_.layer.empty() ? "" : curve_.layer + ": ";
    if (leader_) {
      const CurvePoint& best = curve_.points[*leader_];
      note += fmt::format(
          "best delta {}, {:.2f} %", to_string(best.delta),
          100.0 * static_cast<double>(best.score.correct) / static_cast<double>(best.score.images));
    } else {
      note += "first look";
    }
    context_.job.progress.update(context_.images_done, note);
  }

  SearchContext& context_;
  const AdcPlan& decided_;
  std::span<const Candidate> candidates_;
  SearchCurve curve_;
  std::optional<std::size_t> leader_;
};

}  // namespace

SearchCurve search_curve(SearchContext& context, const AdcPlan& decided,
                         std::span<const Candidate> candidates, std::string layer) {
  return CurveSearch(context, decided, candidates, std::move(layer)).run();
}

}  // namespace bitline
