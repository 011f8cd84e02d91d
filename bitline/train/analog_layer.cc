#include "bitline/train/analog_layer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/fail.h"
#include "bitline/mapping/map.h"
#include "bitline/train/array_values.h"
#include "bitline/train/diverged.h"
#include "bitline/train/gradient_shares.h"
#include "bitline/train/learned_range.h"
#include "bitline/train/mapped_layer.h"
#include "bitline/train/torch_windows.h"

namespace bitline {
namespace {

/// scale · integer → integer, exactly: the quotient is off by a rounding error at most.
at::Tensor integers(const AnalogLayer::Quantized& weight) {
  const at::Tensor& value = weight.value;
  std::vector<std::int64_t> broadcast(static_cast<std::size_t>(value.dim()), 1);
  if (weight.scale.numel() > 1) broadcast[0] = -1;
  return (value / weight.scale.view(broadcast)).round_();
}

/// (19a) is summed over every so many-th image of a batch, each for as many: it costs three
/// conversions of everything, and one δ per layer needs no more outputs than that.
constexpr std::int64_t kImagesPerSlope = 8;

/// batch: [images · vectors, …]; the result: [some images, vectors, …], a part of it.
at::Tensor some_images(const at::Tensor& batch, std::int64_t vectors) {
  return batch.unflatten(0, {-1, vectors}).slice(0, 0, {}, kImagesPerSlope);
}

}  // namespace

AnalogLayer::AnalogLayer(Node node, IntegerLayer layer, PlannedAdc adc, AnalogTraining training)
    : node_(std::move(node)),
      layer_(std::move(layer)),
      adc_(std::move(adc)),
      training_(std::move(training)) {
  if (training_.gradient->weighs_conversions && layer_.input_signed &&
      training_.array.of(layer_.name).activation_encoding == ActivationEncoding::kTwosComplement)
    fail_usage(
        "layer {}: gradient \"{}\" weighs the conversions of input bits by their size, and "
        "signed activations in two's complement have a negative one; choose \"identity\", or "
        "activation_encoding \"sign-magnitude\"",
        layer_.name, training_.gradient->name);
  if (training_.learn_ranges && !has_learnable_range(adc_.spec))
    fail_usage(
        "layer {}: learn_ranges is for {} around 0, and the plan has {} around {}; "
        "leave it out",
        layer_.name, names_with<QuantizerPolicy>(&QuantizerPolicy::has_range),
        name_of(adc_.spec.quantizer), to_string(adc_.spec.centre));
}

CimLayer AnalogLayer::map(const Quantized& weight) const {
  IntegerLayer layer = layer_;
  const at::Tensor whole = integers(weight);
  if (!at::isfinite(whole).all().item<bool>())
    fail_diverged(fmt::format("layer {}: a weight is no number any more", layer_.name));
  layer.weights =
      from_torch(whole.to(at::kCPU, at::kInt).contiguous().view({weight.value.size(0), -1}));
  return map_layer(layer, training_.array.of(layer.name));
}

/// I32 [images, in_channels, in_height, in_width]; the vectors of a Linear as images.
at::Tensor AnalogLayer::integers_of(const Quantized& input) const {
  const ConvGeometry& g = layer_.geometry;
  return onto_array(input.value, input.scale, layer_.input_zero_point)
      .view({-1, g.in_channels, g.in_height, g.in_width});
}

/// (19a) δ · E / √n in LSB, E/δ being what one more LSB of δ adds to each of the outputs, in LSB
/// too; 0 for images that others stand for.
at::Tensor AnalogLayer::slope_of_delta(const CimLayer& layer, const MappedLayer& mapped,
                                       const AdcSpec& spec, const std::vector<CodeTable>& tables,
                                       const LayerAdc& adc, const at::Tensor& activations) const {
  const UnclippedTables unclipped = unclipped_tables(tables);
  const at::Tensor inputs = some_images(activations, layer.vectors).flatten(0, 1).contiguous();
  const auto in_lsb = [&](const LayerAdc& some_adc) {
    return mapped.accumulate(some_adc, inputs) * some_adc.unit.to_double();
  };
  LayerAdc beyond = make_layer_adc(layer, unclipped.beyond);
  // what is added without a conversion cancels in the other two
  beyond.reference_factor = beyond.input_sum_factor = beyond.complement_factor = 0;
  const at::Tensor rise =
      in_lsb(adc) - in_lsb(make_layer_adc(layer, unclipped.clamped)) + in_lsb(beyond);
  const std::int64_t images = activations.size(0);
  const std::int64_t outputs_each = layer.vectors * rise.numel() / rise.size(0);
  const auto stand_for = static_cast<double>(images) / static_cast<double>(rise.size(0));
  at::Tensor slope = at::zeros({images, rise.size(1), rise.size(2), rise.size(3)}, rise.options());
  some_images(slope, layer.vectors)
      .copy_((rise *
              (stand_for * spec.delta.to_double() / std::sqrt(static_cast<double>(outputs_each))))
                 .unflatten(0, {-1, layer.vectors}));
  return slope;
}

at::Tensor AnalogLayer::with_output_shape(const at::Tensor& y, const at::Tensor& input) const {
  if (!layer_.is_linear) return y.contiguous(at::MemoryFormat::ChannelsLast);
  std::vector<std::int64_t> shape = input.sizes().vec();
  shape.back() = layer_.geometry.out_channels;
  return y.view(shape);
}

at::Tensor AnalogLayer::exact_outputs(const Quantized& input, const Quantized& weight) const {
  if (const auto* conv = std::get_if<Conv>(&node_.op))
    return conv_in_torch(*conv, input.value, weight.value, {});
  return at::matmul(input.value, weight.value.t());
}

/// s_a s_w Y, with the term of equation (7) that a zero point leaves behind.
at::Tensor AnalogLayer::real_outputs(const MappedLayer& mapped, const LayerAdc& adc,
                                     const at::Tensor& scale, const Quantized& input,
                                     const Quantized& weight) const {
  const at::Tensor offset = weight.value.flatten(1).sum(1) * input.scale * layer_.input_zero_point;
  const at::Tensor factor = scale * adc.unit.to_double();
  if (!goes_through_array(input.value) || !mapped.takes_some_images())
    return with_output_shape(off_array(mapped.accumulate(adc, integers_of(input)), factor, offset),
                             input.value);
  const ConvGeometry& g = layer_.geometry;
  return through_array(input.value, input.scale, layer_.input_zero_point, factor, offset,
                       {g.out_channels, g.out_height(), g.out_width()},
                       [&](std::int64_t images, auto activations, auto outputs) {
                         mapped.accumulate_some(adc, images, activations, outputs);
                       });
}

AnalogLayer::Converted AnalogLayer::convert(const Quantized& input, const Quantized& weight,
                                            const PlannedAdc& adc, bool learns) const {
  const std::vector<CodeTable> tables = shared_tables(adc.spec, adc.sums);
  const CimLayer layer = map(weight);
  const at::Tensor scale =
      (input.scale * weight.scale).expand({layer_.geometry.out_channels}).contiguous();
  const MappedLayer mapped(layer, training_.engine, input.value.device());
  const LayerAdc layer_adc = make_layer_adc(layer, adc.spec, adc.sums);
  Converted converted;
  converted.value = real_outputs(mapped, layer_adc, scale, input, weight);
  converted.shares = shares_of(training_.gradient)
                         .shares({layer, tables, training_.engine,
                                  [&] { return integers_of(input); }, weight.value.sizes(),
                                  converted.value, [&] { return exact_outputs(input, weight); }});
  if (learns)
    converted.slope = with_output_shape(
        slope_of_delta(layer, mapped, adc.spec, tables, layer_adc, integers_of(input)) *
            scale.view({1, -1, 1, 1}),
        input.value);
  return converted;
}

at::Tensor AnalogLayer::forward(const Quantized& input, const Quantized& weight,
                                const at::Tensor& delta) const {
  const bool learns = delta.defined() && at::GradMode::is_enabled();
  Converted converted;
  {
    const at::NoGradGuard no_grad;
    const PlannedAdc adc = delta.defined() ? with_learned_delta(adc_, delta.item<double>()) : adc_;
    converted = convert(input, weight, adc, learns);
  }
  const at::Tensor output = pass_straight_through(node_, input.value, weight.value, converted.value,
                                                  std::move(converted.shares));
  return learns ? output + (delta - delta.detach()) * converted.slope : output;
}

}  // namespace bitline
