// Grids for a float network from what it computes on some images; no labels, no gradients.
#pragma once

#include "bitline/base/progress.h"
#include "bitline/graph/network.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/quantize/range_rule.h"

namespace bitline {

/// nearest: weight by weight. least-squares: by what the layer's outputs lose, (17a).
enum class WeightRounding { kNearest, kLeastSquares };
template <>
struct EnumNames<WeightRounding> {
  static constexpr std::string_view kWhat = "rounding of weights";
  static constexpr std::array<std::string_view, 2> kNames{"nearest", "least-squares"};
};

struct PostTrainingOptions {
  RangeOptions range;
  WeightRounding rounding = WeightRounding::kLeastSquares;
  bool fold_batch_norm = false;  ///< into the weights, before they are put on a grid
  bool correct_bias = true;      ///< equation (17)
};

/// Puts weights and inputs of every layer on grids of `options`' bits. The steps of weights follow
/// from the weights, those of inputs from the values that `images` (F32, normalised) give in the
/// float network, in 4,096 bins. Weights and biases then make up for what the grids change, as
/// adjust_layers() says. Throws Error for a network that has grids already, and as
/// attach_quantizers does.
Network quantize_post_training(Network network, const QuantizeOptions& options,
                               const PostTrainingOptions& post, const Tensor& images,
                               const Job& job);

}  // namespace bitline
