#include "bitline/search/range_method.h"

namespace bitline {

const RangeMethodPolicy range_methods::kColumnMse{
    .name = "column-mse",
    .meaning =
        "δ and the bias of every column of the least squared error of the outputs, where the "
        "array has columns of their own bias",
    .needs_columns = true};

}  // namespace bitline
