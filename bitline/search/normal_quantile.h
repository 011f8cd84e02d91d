// Quantiles of the normal distribution by integers alone, so that no two machines differ.
#pragma once

#include <cstdint>

namespace bitline {

/// Numbers of standard deviations are whole multiples of 1/kDeviationParts.
inline constexpr std::int64_t kDeviationParts = std::int64_t{1} << 20;
/// Where the truncated normal distribution ends on either side: three deviations.
inline constexpr std::int64_t kTruncation = 3 * kDeviationParts;
/// Unit of normal_integral is 1/kIntegralParts.
inline constexpr std::int64_t kIntegralParts = std::int64_t{1} << 60;

/// ∫ exp(−t²/2) dt from 0 to z, for 0 ≤ z ≤ kTruncation in units of 1/kDeviationParts; equation
/// (5l) of docs/arithmetic.md. In units of 1/kIntegralParts, and right to fewer than 64 of them.
std::int64_t normal_integral(std::int64_t z);

/// The z, in units of 1/kDeviationParts and rounded towards 0, below which the share
/// numerator / denominator of a standard normal distribution lies that is truncated to ±3
/// deviations; equation (5k). 0 < numerator < denominator ≤ 2^32.
std::int64_t truncated_normal_quantile(std::int64_t numerator, std::int64_t denominator);

}  // namespace bitline
