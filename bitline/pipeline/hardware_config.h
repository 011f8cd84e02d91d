// The parts of a configuration that describe hardware: [array], [adc], [cost], [allocate].
#pragma once

#include <optional>

#include "bitline/adc/adc_spec.h"
#include "bitline/config/config.h"
#include "bitline/mapping/array_spec.h"
#include "bitline/pipeline/run_config.h"

namespace bitline {

ArraySpec read_array(const ConfigTable& table);
/// All but levels, range and centre, which a search finds.
AdcSpec read_adc(const ConfigTable& table);
/// The measured transfer curve of adc.table, where that is given.
std::optional<AdcSpec> read_measured_adc(const ConfigTable& table);
CostRun read_cost(const ConfigTable& table);
AllocateRun read_allocate(const ConfigTable& table);

}  // namespace bitline
