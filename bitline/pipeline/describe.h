// Options as canonical text: equal texts mean equal results. Stages and checkpoints hash them.
#pragma once

#include <string>

#include "bitline/pipeline/run_config.h"

namespace bitline {

/// What decides partial sums; not columns_per_adc, which costs alone depend on.
std::string describe(const ArraySpec& array);
/// With the technology's content. Throws Error when its file cannot be read.
std::string describe(const CostRun& cost);
/// With whether plans are judged after recalibration.
std::string describe(const AllocateRun& allocate, bool recalibrate);
/// What decides the scores and the winner of a search, apart from levels and method.
std::string describe(const SearchRun& search);
std::string describe(const Normalization& normalization);
/// What decides the weights of a training, with its seed.
std::string describe(const TrainRun& train, std::uint64_t seed);
std::string describe(const RetrainRun& retrain, std::uint64_t seed);
/// How weights and grids learn together.
std::string describe(TrainingQuantizer quantizer);
/// [quantize]: what decides the grids that calibration finds.
std::string describe_grids(const RunConfig& config);
/// [train], and [quantize] where it is there.
std::string describe_recipe(const RunConfig& config);

}  // namespace bitline
