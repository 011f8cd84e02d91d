#include "bitline/train/gradient_shares.h"

namespace bitline {
namespace {

std::vector<TileShare> identity(const AnalogPass&) { return {}; }

}  // namespace

namespace gradient_shares {
extern const GradientShares kIdentity{.gradient = &gradients::kIdentity, .shares = identity};
}

}  // namespace bitline
