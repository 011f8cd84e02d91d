#include "bitline/importer/import_onnx.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) { bitline::import_onnx(bytes, "no-such-folder"); }
