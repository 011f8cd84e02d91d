#include "bitline/data/decode_image.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) { bitline::decode_image(bytes); }
