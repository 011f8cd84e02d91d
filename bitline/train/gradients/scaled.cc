// The slope of the outputs over the exact ones; equation (19).
#include "bitline/train/array_values.h"
#include "bitline/train/gradient_shares.h"

namespace bitline {
namespace {

/// β of a whole layer.
std::vector<TileShare> scaled(const AnalogPass& pass) {
  const at::Tensor exact = pass.exact();
  const bool is_linear = pass.layer.is_linear;
  const at::Tensor slopes =
      least_squares_slopes(exact, pass.value, is_linear ? exact.dim() - 1 : 1);
  return {{at::ones({1}, exact.options()), is_linear ? slopes : slopes.view({1, -1, 1, 1})}};
}

}  // namespace

namespace gradient_shares {
extern const GradientShares kScaled{.gradient = &gradients::kScaled, .shares = scaled};
}

}  // namespace bitline
