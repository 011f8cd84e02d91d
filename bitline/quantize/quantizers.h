// Which integer grids a network trains on: quantizers by name, attached to weights and values.
#pragma once

#include <span>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/graph/network.h"

namespace bitline {

/// lsq: learned step (Esser et al., ICLR 2020). qnn: fixed range (Hubara et al., JMLR 2018).
/// Formulas of clip, scale, rounding and gradient: equations (8) to (12) of docs/arithmetic.md.
enum class TrainingQuantizer { kLsq, kQnn };
template <>
struct EnumNames<TrainingQuantizer> {
  static constexpr std::string_view kWhat = "quantizer";
  static constexpr std::array<std::string_view, 2> kNames{"lsq", "qnn"};
};
enum class ScaleGranularity { kLayer, kChannel };
template <>
struct EnumNames<ScaleGranularity> {
  static constexpr std::string_view kWhat = "weight scale";
  static constexpr std::array<std::string_view, 2> kNames{"layer", "channel"};
};

struct QuantizeOptions {
  TrainingQuantizer quantizer = TrainingQuantizer::kLsq;
  int weight_bits = 4;      ///< 1 to 8; hidden layers
  int activation_bits = 4;  ///< 1 to 8; hidden layers
  int edge_bits = 8;        ///< weights and inputs of the first and the last layer
  ScaleGranularity weight_scale = ScaleGranularity::kLayer;
  bool odd_weights = false;  ///< the bipolar encoding's grid of odd integers; needed for 1 bit
};

/// Throws Error (kUsage) that names the field, the value and the limits.
void validate(const QuantizeOptions& options);

/// Puts a QuantSpec on the weight of every Conv and Linear and on the value that it reads. Weight
/// scales follow from the weights; the scales of values are 0 until they are calibrated. Throws
/// Error (kUsage) as validate does, and for one bit on a value that can be negative.
void attach_quantizers(Network& network, const QuantizeOptions& options);

/// The quantizer's first scale for some values: lsq 2 · mean |v| / √Q_max (equation (10)); qnn the
/// step of the fixed range, whose bound is max |w| for weights and the 99.9th percentile of |v| for
/// activations (equation (12)). 1 where all values are zero.
float initial_scale(TrainingQuantizer quantizer, std::span<const float> values,
                    const QuantSpec& spec, bool is_weight);

}  // namespace bitline
