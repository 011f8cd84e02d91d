#include "bitline/data/npy.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) { bitline::parse_npy(bytes); }
