#include "bitline/runtime/adjust_layers.h"

#include <algorithm>
#include <memory>

#include "bitline/base/parallel.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/quantize/least_squares_rounding.h"
#include "bitline/runtime/calibration_walk.h"
#include "bitline/runtime/layer_patches.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/statistics_change.h"

namespace bitline {
namespace {

constexpr std::int64_t kMostSamples = 8192;
constexpr std::int64_t kSamplesPerInput = 4;  ///< at least, where there are so many
constexpr std::int64_t kLargestFanIn = 4608;  ///< its moments take 170 MB, in double
constexpr std::int64_t kBlock = 256;          ///< samples that are added at once

void add_missing_biases(Network& network) {
  for (Node& node : network.nodes) {
    if (!is_layer(node) || network.has_parameter(node, "bias")) continue;
    node.parameters["bias"] = node.name + ".bias";
    network.tensors[node.name + ".bias"] =
        Tensor(DType::kF32, {network.parameter(node, "weight").dim(0)});
  }
}

/// Of one group of a layer, whose outputs have these weights. Windows spread evenly over all there
/// are: inputs on the grid, outputs of the float network.
RoundingSamples samples_of(const LayerPatches& real, const LayerPatches& on_grid,
                           std::span<const float> weights, std::int64_t fan_in,
                           std::int64_t group) {
  const std::int64_t count = std::ssize(weights) / fan_in;
  RoundingSamples samples(fan_in, count);
  const std::int64_t wanted =
      std::min(on_grid.count(), std::max(kMostSamples, kSamplesPerInput * fan_in));
  for (std::int64_t first = 0; first < wanted; first += kBlock) {
    const std::int64_t size = std::min(kBlock, wanted - first);
    std::vector<float> inputs(static_cast<std::size_t>(size * fan_in));
    std::vector<double> outputs(static_cast<std::size_t>(size * count));
    parallel_for(0, size, 8, [&](std::int64_t begin, std::int64_t end) {
      const auto length = static_cast<std::size_t>(fan_in);
      std::vector<float> exact(length);
      for (std::int64_t s = begin; s < end; ++s) {
        const std::int64_t window = (first + s) * on_grid.count() / wanted;
        const auto at = static_cast<std::size_t>(s);
        on_grid.read(window, group, std::span(inputs).subspan(at * length, length));
        real.read(window, group, exact);
        for (std::size_t o = 0; o < static_cast<std::size_t>(count); ++o) {
          double sum = 0;
          for (std::size_t k = 0; k < length; ++k)
            sum += static_cast<double>(weights[o * length + k]) * static_cast<double>(exact[k]);
          outputs[at * static_cast<std::size_t>(count) + o] = sum;
        }
      }
    });
    samples.add(inputs, outputs);
  }
  return samples;
}

/// Puts the layer's weights on levels of their grid.
void round_layer(Network& network, const std::string& name, const Shape& input,
                 const LayerPatches& real, const LayerPatches& on_grid) {
  const Node& layer = network.node(name);
  const QuantSpec& spec = network.quant.at(layer.parameters.at("weight"));
  Tensor weight = network.parameter(layer, "weight").clone();
  const ConvGeometry geometry = geometry_of(layer, input, weight);
  const std::int64_t outputs = geometry.out_channels / geometry.groups;
  const std::span<float> all = weight.data<float>();
  const std::span<const float> scales = spec.scale.data<float>();
  for (std::int64_t group = 0; group < geometry.groups; ++group) {
    const std::int64_t first = group * outputs;
    const auto own = all.subspan(static_cast<std::size_t>(first * geometry.fan_in()),
                                 static_cast<std::size_t>(outputs * geometry.fan_in()));
    const auto own_scales = scales.size() == 1 ? scales
                                               : scales.subspan(static_cast<std::size_t>(first),
                                                                static_cast<std::size_t>(outputs));
    const std::vector<float> levels =
        samples_of(real, on_grid, own, geometry.fan_in(), group).levels(own, own_scales, spec);
    for (std::size_t i = 0; i < own.size(); ++i)
      own[i] =
          levels[i] *
          own_scales[own_scales.size() == 1 ? 0 : i / static_cast<std::size_t>(geometry.fan_in())];
  }
  network.parameter(layer, "weight") = weight;
}

/// The network on its grids, which changes layer by layer, beside the float one.
class Adjustment {
 public:
  Adjustment(Network network, const Network& real, const Tensor& images, const Job& job)
      : job_(job),
        network_(std::move(network)),
        shapes_(infer_shapes(network_)),
        real_(real, MacMode::kFloat),
        exact_(real_, images) {
    prepare();
    on_grid_ = std::make_unique<CalibrationWalk>(*executor_, images);
  }

  std::size_t steps() const { return executor_->steps().size(); }
  const Step& step(std::size_t index) const { return executor_->steps()[index]; }

  void round(std::size_t index) {
    const Node layer = *step(index).node;
    const Shape& input = shapes_.at(layer.inputs[0]);
    const Tensor& weight = network_.parameter(layer, "weight");
    const ConvGeometry geometry = geometry_of(layer, input, weight);
    if (!has_integer_grid(network_, layer) || geometry.fan_in() > kLargestFanIn) return;
    exact_.advance(real_, real_.step_of(layer.name));
    round_layer(network_, layer.name, input,
                LayerPatches(exact_.chunks(), layer.inputs[0], geometry),
                LayerPatches(on_grid_->chunks(), layer.inputs[0], geometry));
    prepare();
  }

  void correct_bias(std::size_t index, const ChannelMeans& wanted) {
    const ChannelMeans now = channel_means(*executor_, index, on_grid_->chunks());
    Tensor bias = network_.parameter(*step(index).node, "bias").clone();
    for (std::size_t c = 0; c < wanted.size(); ++c)
      bias.data<float>()[c] += static_cast<float>(wanted[c] - now[c]);
    set_bias(*executor_, index, bias);
    network_ = executor_->network();
  }

  void advance(std::size_t index) { on_grid_->advance(*executor_, index + 1); }
  Network take() && { return std::move(network_); }

 private:
  void prepare() {
    executor_ = std::make_unique<Executor>(network_, MacMode::kLossless, ArraySpec{},
                                           Engine::kFused, job_.progress);
  }

  const Job& job_;
  Network network_;
  std::map<std::string, Shape> shapes_;
  Executor real_;
  CalibrationWalk exact_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<CalibrationWalk> on_grid_;
};

}  // namespace

ChannelMeans channel_means(const Executor& executor, std::size_t step,
                           const std::vector<Values>& chunks) {
  const LayerProbe layer(executor, step);
  const std::vector<double> scale = layer.output_scale({});
  ChannelMeans means;
  std::int64_t count = 0;
  const auto add = [&](const auto& rows, std::int64_t row_count) {
    const std::size_t positions =
        rows.size() / (static_cast<std::size_t>(row_count) * means.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t channel = i / positions % means.size();
      means[channel] += static_cast<double>(rows[i]) * scale[scale.size() == 1 ? 0 : channel];
    }
    count += row_count * static_cast<std::int64_t>(positions);
  };
  for (const Values& values : chunks) {
    const Tensor sums = layer.sums(values, {});
    means.resize(static_cast<std::size_t>(sums.dim(1)), 0.0);
    if (sums.dtype() == DType::kF64)
      add(sums.data<double>(), sums.dim(0));
    else
      add(sums.data<float>(), sums.dim(0));
  }
  for (double& mean : means) mean /= static_cast<double>(count);
  return means;
}

Network adjust_layers(Network network, const Network& real, const PostTrainingOptions& post,
                      const std::map<std::string, ChannelMeans>& means, const Tensor& images,
                      const Job& job) {
  if (post.correct_bias) add_missing_biases(network);
  Adjustment adjustment(std::move(network), real, images, job);
  job.progress.begin("adjust layers", static_cast<std::int64_t>(adjustment.steps()));
  for (std::size_t i = 0; i < adjustment.steps(); ++i) {
    job.cancellation.check();
    if (adjustment.step(i).is_layer()) {
      if (post.rounding == WeightRounding::kLeastSquares) adjustment.round(i);
      if (post.correct_bias) adjustment.correct_bias(i, means.at(adjustment.step(i).node->name));
    }
    adjustment.advance(i);
    job.progress.update(static_cast<std::int64_t>(i) + 1, adjustment.step(i).output);
  }
  job.progress.end();
  return std::move(adjustment).take();
}

}  // namespace bitline
