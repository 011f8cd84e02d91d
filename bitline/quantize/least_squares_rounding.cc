#include "bitline/quantize/least_squares_rounding.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bitline/base/parallel.h"
#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

/// Of the mean square of an input: what a weight costs that moves from its float value.
constexpr double kRidge = 0.01;

/// Square, row by row.
class Matrix {
 public:
  explicit Matrix(std::size_t size) : size_(size), entries_(size * size, 0.0) {}
  double& at(std::size_t row, std::size_t column) { return entries_[row * size_ + column]; }
  double at(std::size_t row, std::size_t column) const { return entries_[row * size_ + column]; }
  std::span<double> row(std::size_t row) { return std::span(entries_).subspan(row * size_, size_); }
  std::span<const double> row(std::size_t row) const {
    return std::span(entries_).subspan(row * size_, size_);
  }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::vector<double> entries_;
};

double dot(std::span<const double> a, std::span<const double> b, std::size_t first) {
  double sum = 0;
  for (std::size_t k = first; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

/// M, upper triangular, with h = M Mᵀ; h is symmetric and positive definite.
Matrix upper_factor(const Matrix& h) {
  Matrix m(h.size());
  for (std::size_t j = h.size(); j-- > 0;) {
    m.at(j, j) = std::sqrt(h.at(j, j) - dot(m.row(j), m.row(j), j + 1));
    const double pivot = m.at(j, j);
    parallel_for(0, static_cast<std::int64_t>(j), 64, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
        m.at(i, j) = (h.at(i, j) - dot(m.row(i), m.row(j), j + 1)) / pivot;
    });
  }
  return m;
}

/// x with M Mᵀ x = b.
std::vector<double> solved(const Matrix& m, std::vector<double> b) {
  for (std::size_t i = m.size(); i-- > 0;) b[i] = (b[i] - dot(m.row(i), b, i + 1)) / m.at(i, i);
  for (std::size_t j = 0; j < m.size(); ++j) {
    b[j] /= m.at(j, j);
    for (std::size_t i = j + 1; i < m.size(); ++i) b[i] -= m.at(j, i) * b[j];
  }
  return b;
}

/// Input by input, the level that is nearest once the errors so far are taken up.
std::vector<float> nearest_plane(const Matrix& m, std::span<const double> wanted, const Grid& grid,
                                 double scale) {
  std::vector<float> levels(wanted.size());
  std::vector<double> owed(wanted.size(), 0.0);  // Σ over earlier inputs of M · error
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    const double ideal = wanted[j] + owed[j] / m.at(j, j);
    levels[j] = grid.to_level(static_cast<float>(ideal));
    const double error = wanted[j] - scale * static_cast<double>(levels[j]);
    for (std::size_t i = j + 1; i < wanted.size(); ++i) owed[i] += m.at(j, i) * error;
  }
  return levels;
}

/// The nearest level of each weight, whatever the others are.
std::vector<float> one_by_one(std::span<const float> weights, std::span<const float> scales,
                              const QuantSpec& spec) {
  const std::size_t fan_in = weights.size() / scales.size();
  std::vector<float> levels;
  for (std::size_t i = 0; i < weights.size(); ++i)
    levels.push_back(Grid(spec, scales[i / fan_in]).to_level(weights[i]));
  return levels;
}

}  // namespace

RoundingSamples::RoundingSamples(std::int64_t fan_in, std::int64_t outputs)
    : fan_in_(static_cast<std::size_t>(fan_in)),
      outputs_(static_cast<std::size_t>(outputs)),
      input_sums_(fan_in_, 0.0),
      output_sums_(outputs_, 0.0),
      squares_(fan_in_ * fan_in_, 0.0),
      products_(outputs_ * fan_in_, 0.0) {}

void RoundingSamples::add(std::span<const float> inputs, std::span<const double> outputs) {
  const std::size_t samples = inputs.size() / fan_in_;
  const auto rows = static_cast<std::int64_t>(fan_in_ + outputs_);
  parallel_for(0, rows, 8, [&](std::int64_t begin, std::int64_t end) {
    for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
      const bool is_input = row < fan_in_;
      const std::size_t i = is_input ? row : row - fan_in_;
      double* const sums = is_input ? &squares_[i * fan_in_] : &products_[i * fan_in_];
      const std::size_t length = is_input ? i + 1 : fan_in_;
      for (std::size_t s = 0; s < samples; ++s) {
        const float* const x = &inputs[s * fan_in_];
        const double factor = is_input ? static_cast<double>(x[i]) : outputs[s * outputs_ + i];
        (is_input ? input_sums_[i] : output_sums_[i]) += factor;
        if (factor == 0) continue;
        for (std::size_t k = 0; k < length; ++k) sums[k] += factor * static_cast<double>(x[k]);
      }
    }
  });
  count_ += static_cast<std::int64_t>(samples);
}

std::vector<float> RoundingSamples::levels(std::span<const float> weights,
                                           std::span<const float> scales,
                                           const QuantSpec& spec) const {
  const auto n = static_cast<double>(count_);
  const auto covariance = [&](std::size_t i, std::size_t k) {
    return squares_[std::max(i, k) * fan_in_ + std::min(i, k)] / n -
           input_sums_[i] / n * (input_sums_[k] / n);
  };
  double power = 0;
  for (std::size_t i = 0; i < fan_in_; ++i) power += covariance(i, i);
  if (!(power > 0)) return one_by_one(weights, scales, spec);
  const double ridge = kRidge * power / static_cast<double>(fan_in_);
  // Inputs of much power first: their errors are the ones that many others can take up.
  std::vector<std::size_t> order(fan_in_);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t i) { return covariance(i, i); });
  Matrix h(fan_in_);
  for (std::size_t i = 0; i < fan_in_; ++i)
    for (std::size_t k = 0; k < fan_in_; ++k)
      h.at(i, k) = covariance(order[i], order[k]) + (i == k ? ridge : 0);
  const Matrix m = upper_factor(h);

  std::vector<float> levels(weights.size());
  parallel_for(
      0, static_cast<std::int64_t>(outputs_), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto o = static_cast<std::size_t>(begin); o < static_cast<std::size_t>(end); ++o) {
          const auto own = weights.subspan(o * fan_in_, fan_in_);
          std::vector<double> wanted(fan_in_);
          for (std::size_t i = 0; i < fan_in_; ++i) {
            const std::size_t k = order[i];
            const auto w = static_cast<double>(own[k]);
            const double both =
                products_[o * fan_in_ + k] / n - output_sums_[o] / n * (input_sums_[k] / n);
            wanted[i] = both + ridge * w;
          }
          const float scale = scales[scales.size() == 1 ? 0 : o];
          const std::vector<float> found = nearest_plane(
              m, solved(m, std::move(wanted)), Grid(spec, scale), static_cast<double>(scale));
          for (std::size_t i = 0; i < fan_in_; ++i) levels[o * fan_in_ + order[i]] = found[i];
        }
      });
  return levels;
}

}  // namespace bitline
