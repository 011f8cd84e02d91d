// How a network lies on the array, as a file.
#pragma once

#include <string>

#include "bitline/mapping/array_spec.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Content of mapping.json: {"array": {...}, "nodes": [...]}, the nodes as placements_of() gives
/// them, those on the array with the counts of layout_of(). docs/run-folder.md lists the fields.
/// `executor` is in analog mode.
std::string mapping_json(const Executor& executor, const ArraySpec& array);

}  // namespace bitline
