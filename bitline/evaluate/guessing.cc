#include "bitline/evaluate/guessing.h"

#include "bitline/base/fail.h"

namespace bitline {

// Weights in proportion to the binomial distribution, 1 at its mode, and from there outwards by
// w(k + 1) = w(k) · (n − k) / ((k + 1) (c − 1)), so that none of those that count underflows.
// Products, quotients and sums alone: every machine gets the same bits.
bool could_be_guessed(std::int64_t correct, std::int64_t images, std::int64_t classes) {
  BITLINE_CHECK_LE(2, classes);
  BITLINE_CHECK_LT(0, images);
  const auto ratio = [&](std::int64_t k) {
    return static_cast<double>(images - k) / static_cast<double>((k + 1) * (classes - 1));
  };
  const std::int64_t mode = (images + 1) / classes;
  double all = 0;
  double tail = 0;
  const auto count = [&](std::int64_t k, double weight) {
    all += weight;
    if (k >= correct) tail += weight;
  };
  double weight = 1;
  for (std::int64_t k = mode; k <= images; ++k) {
    count(k, weight);
    weight *= ratio(k);
  }
  weight = 1;
  for (std::int64_t k = mode; k > 0; --k) {
    weight /= ratio(k - 1);
    count(k - 1, weight);
  }
  // What is as near to it as rounding may take it counts as one of 40.
  return 40 * tail >= all * (1 - 1e-9);
}

}  // namespace bitline
