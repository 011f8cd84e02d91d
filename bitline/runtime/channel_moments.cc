#include "bitline/runtime/channel_moments.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

template <typename Total, typename Sum>
Total total_of(Sum sum) {
  if constexpr (std::is_same_v<Total, double>) {
    return static_cast<double>(sum);
  } else {
    return static_cast<std::int64_t>(sum);
  }
}

/// Up to here Σ y² of 2^32 integers fits 128 bits.
constexpr std::int64_t kLargest = std::int64_t{1} << 47;

void check_largest(std::span<const std::int64_t> sums) {
  for (const std::int64_t sum : sums)
    if (sum > kLargest || sum < -kLargest)
      fail(
          "an output of {} units of its ADC's table is too large for exact statistics, which take "
          "up to {}; give δ with fewer decimals",
          sum, kLargest);
}

/// Of what was seen `count` times, without a rounding before the last two steps. With Σ y = q n + r
/// it is (Σ y² − q (Σ y + r) − r² / n) / (n − 1), whose integers are as small as y² lets them be.
double variance_of(__int128 sum, __int128 squares, std::int64_t count) {
  const __int128 quotient = sum / count;
  const __int128 rest = sum % count;
  const auto r = static_cast<double>(rest);
  const auto n = static_cast<double>(count);
  return (static_cast<double>(squares - quotient * (sum + rest)) - r * r / n) / (n - 1);
}

double variance_of(double sum, double squares, std::int64_t count) {
  const auto n = static_cast<double>(count);
  return (squares * n - sum * sum) / n / (n - 1);
}

/// Σ y and Σ y² of each row of sums, [rows, channels, positions], to its channel's totals.
template <typename Total, typename Sum>
void add_rows(std::span<const Sum> sums, std::size_t positions, std::vector<Total>& totals,
              std::vector<Total>& squares) {
  for (std::size_t row = 0; row < sums.size() / positions; ++row) {
    const std::size_t channel = row % totals.size();
    for (const Sum sum : sums.subspan(row * positions, positions)) {
      const auto y = total_of<Total>(sum);
      totals[channel] += y;
      squares[channel] += y * y;
    }
  }
}

}  // namespace

ChannelMoments::ChannelMoments(std::size_t channels, bool is_real) : channels_(channels) {
  if (is_real) {
    totals_ = Totals<double>{std::vector<double>(channels), std::vector<double>(channels)};
  } else {
    totals_ = Totals<__int128>{std::vector<__int128>(channels), std::vector<__int128>(channels)};
  }
}

void ChannelMoments::add(const Tensor& sums) {
  const std::int64_t positions = sums.size() / (sums.dim(0) * static_cast<std::int64_t>(channels_));
  std::visit(
      [&](auto& totals) {
        const auto add = [&](auto values) {
          add_rows(values, static_cast<std::size_t>(positions), totals.sums, totals.squares);
        };
        if (sums.dtype() == DType::kI64) {
          check_largest(sums.data<std::int64_t>());
          add(sums.data<std::int64_t>());
        } else if (sums.dtype() == DType::kF64) {
          add(sums.data<double>());
        } else {
          add(sums.data<float>());
        }
      },
      totals_);
  count_ += sums.dim(0) * positions;
}

void ChannelMoments::add(const ChannelMoments& other) {
  std::visit(
      [&](auto& totals) {
        const auto& more = std::get<std::decay_t<decltype(totals)>>(other.totals_);
        for (std::size_t c = 0; c < channels_; ++c) {
          totals.sums[c] += more.sums[c];
          totals.squares[c] += more.squares[c];
        }
      },
      totals_);
  count_ += other.count_;
}

ChannelStatistics ChannelMoments::statistics(std::span<const double> scale,
                                             std::span<const double> constant) const {
  BITLINE_CHECK_LE(2, count_);
  const auto count = static_cast<double>(count_);
  ChannelStatistics result;
  std::visit(
      [&](const auto& totals) {
        for (std::size_t c = 0; c < channels_; ++c) {
          const double s = scale[scale.size() == 1 ? 0 : c];
          const double constant_of_channel = constant[constant.size() == 1 ? 0 : c];
          const double mean = static_cast<double>(totals.sums[c]) / count;
          result.mean.push_back(s * mean + constant_of_channel);
          result.variance.push_back(s * s * variance_of(totals.sums[c], totals.squares[c], count_));
        }
      },
      totals_);
  return result;
}

NormStatistics moved(const NormStatistics& stored, const ChannelStatistics& lossless,
                     const ChannelStatistics& converted) {
  NormStatistics result{stored.mean.clone(), stored.variance.clone()};
  for (std::size_t c = 0; c < lossless.mean.size(); ++c) {
    const double before = lossless.variance[c];
    const double after = converted.variance[c];
    float& mean = result.mean.data<float>()[c];
    float& variance = result.variance.data<float>()[c];
    const double scale = before > 0 ? std::sqrt(after / before) : 1;
    // So written, nothing changes where nothing did.
    mean = static_cast<float>(mean + (converted.mean[c] - lossless.mean[c]) +
                              (mean - lossless.mean[c]) * (scale - 1));
    variance = static_cast<float>(before > 0 ? variance * (after / before) : variance + after);
  }
  return result;
}

double distance(const NormStatistics& stored, const ChannelStatistics& measured,
                std::size_t channel) {
  const double mean = stored.mean.data<float>()[channel];
  const double variance = stored.variance.data<float>()[channel];
  const double v = measured.variance[channel];
  if (v <= 0) return std::numeric_limits<double>::infinity();
  return std::abs(std::log(variance / v)) + std::abs(mean - measured.mean[channel]) / std::sqrt(v);
}

}  // namespace bitline
