// How a network lies on the array, as a record.
#pragma once

#include "bitline/mapping/array_spec.h"
#include "bitline/record/mapping_record.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Content of mapping.json: the nodes as placements_of() gives them, those on the array with the
/// counts of layout_of(). `executor` is in analog mode.
MappingRecord mapping_record(const Executor& executor, const NetworkArrays& array);

}  // namespace bitline
