// What integer grids cost a network before any ADC, and what to try against it.
#pragma once

#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/base/rational.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"
#include "bitline/record/evaluation.h"

namespace bitline {

/// Answers of a float network and of what was made of it, on the same training images.
struct QuantizationLoss {
  std::string images;  ///< "validation" or, where none are left beside it, "search"
  Evaluation real;
  Evaluation integers;  ///< with exact integer products

  /// Points of accuracy, exactly; negative where the grids answer better.
  Rational points() const;
};

/// Throws what evaluate() throws.
QuantizationLoss quantization_loss(const Network& real, const Network& on_grids,
                                   const RunConfig& config, const Job& job);

/// What to set in [quantize] against a loss of more than a point; empty below, and where all of it
/// is set already.
std::vector<std::string> remedies(const QuantizationLoss& loss, const QuantizeConfig& quantize);

}  // namespace bitline
