#include "bitline/recipe/gradient.h"

namespace bitline {

const GradientPolicy gradients::kClipped{
    .name = "clipped",
    .meaning =
        "the ordinary layer's, of each output and tile only the share of the conversions whose sum "
        "lies in the ADC's range (18)",
    .weighs_conversions = true};

}  // namespace bitline
