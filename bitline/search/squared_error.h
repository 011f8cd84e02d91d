// The squared error of an ADC over histograms of sums, exactly: of the sums themselves, or of the
// layer's outputs that are made of them.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/adc/histogram.h"
#include "bitline/base/rational.h"

namespace bitline {

/// The δ = delta_step, 2 · delta_step … up to the largest possible |p| under which
/// Σ_p count(p) · (p − value(code(p)))² is least, the larger one of equals. `spec`, of a
/// quantizer with a range, gives all else. The possible sums are the histogram's. Sums over codes
/// come from running totals of count, p and p², so that a δ costs its levels and not its sums.
/// Throws what make_code_table throws.
Rational delta_of_least_error(AdcSpec spec, const Histogram& sums, const Rational& delta_step);

/// The sums of one weight plane and input stream, all tiles together.
struct WeightedSums {
  std::int64_t weight = 1;  ///< c_i · g_j: what a unit of them adds to the output
  Histogram sums;
  std::size_t plane = 0;  ///< i
};

/// The sums that a layer's outputs are made of, and how.
struct OutputSums {
  std::vector<WeightedSums> parts;  ///< each with equally many sums
  std::int64_t conversions = 1;     ///< of each part in one output
  std::int64_t outputs = 1;         ///< output channels
  /// By two planes i and k: Σ_o S_io S_ko, where S_io adds up the signs s with which the
  /// conversions of plane i enter output channel o. Conversions that are subtracted from one
  /// another add up to 0.
  std::vector<std::vector<std::int64_t>> sign_products = {{1}};
};

/// As delta_of_least_error, but what is least is the squared error of an output, equation (5m):
/// with the mean and the variance of an error e = value(code(p)) − p over each part's sums, and
/// errors of different conversions uncorrelated, Σ T w² var(e) + the mean over output channels of
/// (Σ S w mean(e))², over the parts; T is `conversions`. The least error is the largest compute
/// signal-to-noise ratio, since the signal is the same for every δ. Where products of the counts
/// would not fit 128 bits, the low bits of all counts are dropped; a sum that was seen keeps at
/// least 1.
Rational delta_of_least_output_error(AdcSpec spec, const OutputSums& output,
                                     const Rational& delta_step);

}  // namespace bitline
