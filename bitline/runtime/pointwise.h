// Everything between two integer layers, element by element; equation (7) of docs/arithmetic.md.
// One stated order of operations, no fused multiply-add, so that the result of an element depends
// on neither its neighbours nor the instruction set:
//   r = float(double(Y) · multiplier[o] + offset[o])
//   r = r + addend                      (float, where a residual sum follows)
//   r = max(r, 0)                       (where a ReLU follows)
//   A = Grid(r)                         (where the value is quantized)
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "bitline/graph/network.h"
#include "bitline/runtime/lowering.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// multiplier[o] and offset[o] of each output channel, in double.
struct ChannelAffine {
  std::vector<double> multiplier;
  std::vector<double> offset;
  /// They lead to steps of the value's grid, which are rounded in double: equation (8d).
  bool gives_steps = false;
};

/// μ and σ² of a batch-norm, F32 [channels].
struct NormStatistics {
  Tensor mean, variance;
};
/// Those that the network holds for the step's batch-norm; empty tensors where it has none.
NormStatistics stored_statistics(const Network& network, const Step& step);

/// The scale γ of a channel of that variance whose gain is 1: the float32 of √(σ² + ε). With a
/// shift equal to the mean, fold_affine() leaves the channel as it is.
float identity_scale(float variance, double epsilon);

/// Folds output scales (one or one per channel), what the zero point of the input adds (one per
/// channel, or none), bias and batch-norm:
///   multiplier = scale · γ / √(σ² + ε),  offset = (bias + zero − μ) · γ / √(σ² + ε) + β,
/// and scale, bias + zero where γ is identity_scale() and β is μ.
ChannelAffine fold_affine(const Network& network, const Step& step,
                          std::span<const double> output_scale, std::span<const double> zero_offset,
                          const NormStatistics& statistics);

/// Whether equation (8d) leads from the step's sums, where they are integers, to its grid.
bool is_by_multiplier(const Step& step);
/// Its map, where the sums are in units of `unit`:
///   multiplier = M · unit, offset = M · (bias / s + zero / s), M = float32(s / s_y),
/// with s = s_a · s_w of `scale`, and bias and zero as integers.
ChannelAffine multiplier_affine(const Network& network, const Step& step,
                                std::span<const double> scale, double unit,
                                std::span<const double> zero_offset);

/// Applies the affine map and the rest of the step to layer sums (I64, F32 or F64)
/// [rows, channels, ...]. The value gets `shape`, which holds as many elements in the same order.
Value finish_layer(const Step& step, const Tensor& sums, const Shape& shape,
                   const ChannelAffine& affine, const Value* addend);

/// Puts a real value on the grid of `spec`; the value itself without one.
Value quantize(Value value, const std::optional<QuantSpec>& spec);
/// The real numbers of a value, F32.
Tensor real(const Value& value);

/// Nodes that stand alone.
Value run_relu(const Value& input);
Value run_add(const Value& a, const Value& b);
Value run_batch_norm(const Network& network, const Node& node, const Value& input);
/// Sums integers when the input is quantized, so that no order of summation matters.
Value run_global_average_pool(const Value& input);

}  // namespace bitline
