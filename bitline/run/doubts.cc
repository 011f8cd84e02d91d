#include "bitline/run/doubts.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "bitline/evaluate/guessing.h"
#include "bitline/run/recommendation.h"

namespace bitline {
namespace {

constexpr std::string_view kCheckOfImages =
    "before data.mean, data.deviation, labels and the order of classes are right; 'bitline "
    "evaluate CONFIG --try-normalization' tries the usual means and deviations";

bool could_be_guessed(const ResultRow& row, const JudgedImages& images) {
  const auto right = std::llround(row.test_accuracy.value *
                                  static_cast<double>(images.counts.test));  // a whole number
  return bitline::could_be_guessed(right, images.counts.test, images.classes);
}

/// Where the float network answers well, the grids have spoilt the lossless one.
void doubt_baseline(const std::vector<ResultRow>& rows, const JudgedImages& images,
                    std::vector<std::string>& doubts) {
  const ResultRow& lossless = lossless_row(rows);
  if (images.classes < 2 || images.counts.test < 1 || !could_be_guessed(lossless, images)) return;
  const bool by_grids = rows.front().real && !could_be_guessed(rows.front(), images);
  const Interval& accuracy = lossless.test_accuracy;
  doubts.push_back(fmt::format(
      "the lossless network has {:.2f} % [{:.2f}, {:.2f}] on the test images, where a guess among "
      "{} classes has {:.2f} %: no row means anything {}",
      100 * accuracy.value, 100 * accuracy.lower, 100 * accuracy.upper, images.classes,
      100 / static_cast<double>(images.classes),
      by_grids ? "before [quantize] gives grids that the network bears; in float it answers better"
               : kCheckOfImages));
}

/// Where the budget lies in the interval; elsewhere so many images were enough to tell.
void doubt_budget(const std::string& plan, const Interval& loss, std::string_view images,
                  std::string_view remedy, const Rational& max_loss,
                  std::vector<std::string>& doubts) {
  const double budget = max_loss.to_double();
  if (budget <= 0 || (loss.upper - loss.lower) / 2 <= budget) return;
  if (loss.lower > budget || loss.upper < budget) return;
  doubts.push_back(
      fmt::format("{} cannot tell a loss of {} point{} from none: that of {} is {} there; {}",
                  images, budget, max_loss == 1 ? "" : "s", plan, to_text(loss), remedy));
}

/// Losses stand against the lossless network, which the float one is ahead of.
void doubt_grids(const ResultRow& real, std::vector<std::string>& doubts) {
  const Interval& ahead = real.test_loss;
  if (-ahead.value <= 1) return;
  doubts.push_back(fmt::format(
      "the integer grids alone cost {:.2f} points [{:.2f}, {:.2f}] on the test images, before any "
      "ADC: bitline quantize names what to try in [quantize]",
      -ahead.value, -ahead.upper, -ahead.lower));
}

/// More levels ought to lose no more; where they do, chance or the search has had its part.
void doubt_order(const std::vector<ResultRow>& rows, const ResultRow& best,
                 std::vector<std::string>& doubts) {
  const ResultRow* worst = nullptr;
  for (const ResultRow& row : rows) {
    const bool is_alike = row.ranges == best.ranges && row.treatment == best.treatment;
    if (is_alike && row.levels > best.levels && row.validation_loss > best.validation_loss &&
        (worst == nullptr || row.validation_loss > worst->validation_loss))
      worst = &row;
  }
  if (worst == nullptr) return;
  doubts.push_back(
      fmt::format("{} with {} levels loses less on the validation images than with {}, {} and {} "
                  "points: losses do not fall with every level here",
                  best.ranges, best.levels, worst->levels, to_text(best.validation_loss_interval),
                  to_text(worst->validation_loss_interval)));
}

}  // namespace

std::vector<std::string> doubts_about(const std::vector<ResultRow>& rows,
                                      std::optional<std::size_t> recommended,
                                      const JudgedImages& images, const Rational& max_loss) {
  std::vector<std::string> doubts;
  doubt_baseline(rows, images, doubts);
  if (rows.front().real) doubt_grids(rows.front(), doubts);
  const ResultRow* row = recommended ? &rows[*recommended] : closest_row(rows);
  if (row == nullptr) return doubts;
  const std::string validation = images.counts.validation > 0
                                     ? fmt::format("{} validation images", images.counts.validation)
                                     : "the search sample, which stands for validation images,";
  const std::string plan = artefact_name(*row);
  doubt_budget(plan, row->validation_loss_interval, validation,
               "more of them: data.validation_per_class", max_loss, doubts);
  if (recommended) doubt_order(rows, *row, doubts);
  doubt_budget(plan, row->test_loss, fmt::format("{} test images", images.counts.test),
               images.counts.test_per_class == 0
                   ? "test on more images"
                   : "more of them: data.test_per_class, or 0 for all",
               max_loss, doubts);
  return doubts;
}

}  // namespace bitline
