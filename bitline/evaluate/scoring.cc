#include "bitline/evaluate/scoring.h"

#include <algorithm>
#include <cmath>

namespace bitline {
namespace {

/// In nats, so that the sum over millions of images fits in 64 bits.
constexpr double kLargestLoss = 1 << 20;

std::span<const float> row_of(const Tensor& logits, std::size_t row) {
  const auto classes = static_cast<std::size_t>(logits.dim(1));
  return logits.data<float>().subspan(row * classes, classes);
}

}  // namespace

std::int32_t predicted_class(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
}

bool in_top_five(std::span<const float> logits, std::int32_t target) {
  constexpr int kPlaces = 5;
  const auto own = static_cast<std::size_t>(target);
  int before = 0;
  for (std::size_t c = 0; c < logits.size(); ++c)
    before += logits[c] > logits[own] || (logits[c] == logits[own] && c < own) ? 1 : 0;
  return before < kPlaces;
}

Score score_image(std::span<const float> logits, std::int32_t target) {
  const auto largest = static_cast<double>(*std::ranges::max_element(logits));
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit) - largest);
  const double margin = largest - static_cast<double>(logits[static_cast<std::size_t>(target)]);
  const double loss = std::min(std::log(total) + margin, kLargestLoss);
  return {1, predicted_class(logits) == target ? 1 : 0, std::llround(std::ldexp(loss, 20))};
}

Score score_batch(const Tensor& logits, std::span<const std::int32_t> targets) {
  Score score;
  for (std::size_t i = 0; i < targets.size(); ++i)
    score += score_image(row_of(logits, i), targets[i]);
  return score;
}

std::vector<std::int32_t> predicted_classes(const Tensor& logits) {
  std::vector<std::int32_t> classes(static_cast<std::size_t>(logits.dim(0)));
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = predicted_class(row_of(logits, i));
  return classes;
}

std::int64_t count_top_five(const Tensor& logits, std::span<const std::int32_t> targets) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < targets.size(); ++i)
    count += in_top_five(row_of(logits, i), targets[i]) ? 1 : 0;
  return count;
}

}  // namespace bitline
