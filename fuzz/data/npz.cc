#include "bitline/data/numpy_arrays.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) { bitline::parse_npz(bytes); }
