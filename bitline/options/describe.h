// Options as canonical text: equal texts mean equal results. Stages and checkpoints hash them. All
// but what is said below follows from visit_fields().
#pragma once

#include <string>

#include "bitline/options/run_config.h"

namespace bitline {

/// What decides results; active_rows is N.
std::string describe(const NetworkArrays& arrays);
/// What decides costs alone.
std::string describe_columns_per_adc(const NetworkArrays& arrays);
/// Normalisation.
std::string describe(const DataConfig& data);
/// With the technology's content. Throws Error when its file cannot be read.
std::string describe(const CostConfig& cost);
/// With whether plans are judged after recalibration.
std::string describe(const AllocateConfig& allocate, bool recalibrate);
/// [adc], with the content of measured curves.
std::string describe(const NetworkAdcs& adcs);
/// What decides the scores and the winner of a search with these ADCs, apart from levels and
/// method.
std::string describe(const SearchConfig& search, const NetworkAdcs& adcs);
/// What decides the weights of a training, with its seed.
std::string describe(const TrainConfig& train, std::uint64_t seed);
std::string describe(const RetrainConfig& retrain, std::uint64_t seed);
/// [quantize]: what decides the grids that calibration finds.
std::string describe_grids(const QuantizeConfig& quantize);
/// How weights and grids learn together.
std::string describe_learning(const QuantizeConfig& quantize);
/// [train], and [quantize] where it is there.
std::string describe_recipe(const RunConfig& config);

}  // namespace bitline
