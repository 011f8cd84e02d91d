#include "bitline/search/range_method.h"

namespace bitline {

const RangeMethodPolicy range_methods::kColumnLloydMax{
    .name = "column-lloyd-max",
    .meaning =
        "levels at any places and the bias of every column of the least squared error of the "
        "outputs, likewise",
    .gives_tables = true,
    .needs_columns = true};

}  // namespace bitline
