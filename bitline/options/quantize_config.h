// [quantize]: integer grids for a float network.
#pragma once

#include "bitline/base/fields.h"
#include "bitline/config/config.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/runtime/post_training.h"

namespace bitline {

struct QuantizeConfig {
  QuantizeOptions grids;
  PostTrainingOptions post_training;
  bool fine_tune = false;  ///< then trained on the grids by [train]
};

/// How weights and values are put on grids; all that training on them needs to know.
template <ConstOrNot<QuantizeOptions> Grids, typename Visit>
void visit_fields(Grids& grids, Visit&& visit) {
  visit(FieldText{"quantizer", "`lsq` (learned step), `qnn` (fixed range)"}, grids.quantizer);
  visit(FieldText{"weight_bits", "hidden layers; 1 to 8; 1 needs `weight_grid = \"odd\"`"},
        grids.weight_bits, Whole{1, 8});
  visit(FieldText{"activation_bits", "hidden layers; 1 to 8"}, grids.activation_bits, Whole{1, 8});
  visit(FieldText{"edge_bits", "weights and input of the first and the last layer; 1 to 8"},
        grids.edge_bits, Whole{1, 8});
  visit(FieldText{"weight_scale", "one step per `layer`, or per output `channel`"},
        grids.weight_scale);
  visit(FieldText{"weight_grid",
                  "`ordinary`, or `odd` (−1, +1, −3, +3 …: the grid of `bipolar` cells)"},
        grids.odd_weights, Either{"ordinary", "odd"});
}

/// What is found without training.
template <ConstOrNot<PostTrainingOptions> Post, typename Visit>
void visit_fields(Post& post, Visit&& visit) {
  visit(
      FieldText{
          "range",
          "without training: a grid ends at the largest magnitude (`min-max`), at a `percentile` "
          "of the magnitudes, or where it leaves the least squared error (`mse`)"},
      post.range.rule);
  visit(FieldText{"percentile",
                  "without training, with `range = \"percentile\"`: per cent, up to 100"},
        post.range.percentile, Real{0, 100});
  visit(FieldText{"fold_batch_norm",
                  "without training: batch-norm goes into the weights in front of it first"},
        post.fold_batch_norm);
  visit(
      FieldText{"rounding",
                "without training: weights go to the `nearest` integer, or to those that leave the "
                "least squared error of the layer's outputs on the calibration images "
                "(`least-squares`; layers of up to 4,608 inputs)"},
      post.rounding);
  visit(FieldText{"bias_correction",
                  "without training: biases take up the mean error of each channel"},
        post.correct_bias);
}

template <ConstOrNot<QuantizeConfig> Quantize, typename Visit>
void visit_fields(Quantize& quantize, Visit&& visit) {
  visit_fields(quantize.grids, visit);
  visit_fields(quantize.post_training, visit);
  visit(
      FieldText{
          "fine_tune",
          "`quantize`, `run`: then train on the grids by `[train]`, batch-norm kept trainable",
          Decides::kNothing},
      quantize.fine_tune);
}

/// The table, checked. Errors are of kind kUsage.
QuantizeConfig read_quantize(const ConfigTable& table);

}  // namespace bitline
