#include "bitline/importer/pickle.h"

#include "bitline/importer/torch_storage.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) { bitline::unpickle(bytes, bitline::torch_globals()); }
