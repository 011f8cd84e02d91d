#include "bitline/importer/state_dict.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) { bitline::parse_torch_state_dict(bytes); }
