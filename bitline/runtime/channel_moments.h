// Mean and variance of a layer's outputs by channel, and what they do to its batch-norm.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/runtime/pointwise.h"

namespace bitline {

/// Mean and variance per channel of what a layer's batch-norm reads: bias and what the zero point
/// of the input adds included.
struct ChannelStatistics {
  std::vector<double> mean, variance;
};

/// Σ y and Σ y² per channel. Array and digital sums are integers, so both are exact in 128 bits and
/// depend on no order; double serves layers in real numbers. add() throws Error for an integer
/// beyond 2^47, with which they would not fit.
class ChannelMoments {
 public:
  ChannelMoments(std::size_t channels, bool is_real);

  /// sums: [rows, channels, ...] as LayerRunner::run gives them.
  void add(const Tensor& sums);
  /// What another one saw of the same channels.
  void add(const ChannelMoments& other);
  /// Values that were seen of each channel.
  std::int64_t count() const { return count_; }
  /// Of `scale` · y + `constant`, one of either or one for each channel. Needs two values.
  ChannelStatistics statistics(std::span<const double> scale,
                               std::span<const double> constant) const;

 private:
  template <typename Total>
  struct Totals {
    std::vector<Total> sums, squares;
  };

  std::size_t channels_;
  std::variant<Totals<__int128>, Totals<double>> totals_;
  std::int64_t count_ = 0;
};

/// Equation (14): statistics moved by what the ADCs change in a layer's outputs. What they shift
/// and scale alone, batch-norm takes out again.
NormStatistics moved(const NormStatistics& stored, const ChannelStatistics& lossless,
                     const ChannelStatistics& converted);

/// How far two normal distributions are apart, those of a channel: |ln(σ² / v)| + |μ − m| / √v with
/// μ, σ² stored and m, v measured; infinite where v is 0. Equation (14a).
double distance(const NormStatistics& stored, const ChannelStatistics& measured,
                std::size_t channel);

}  // namespace bitline
