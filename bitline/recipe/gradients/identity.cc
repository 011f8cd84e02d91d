#include "bitline/recipe/gradient.h"

namespace bitline {

const GradientPolicy gradients::kIdentity{.name = "identity", .meaning = "the ordinary layer's"};

}  // namespace bitline
