// Runs a Network on batches of images. Start here when you read runtime/: lowering.h makes the
// steps, stays_digital.h says where each is computed, layer_runner.h multiplies, pointwise.h does
// the rest. What a layer computes on the way, layer_probe.h looks into; statistics_change.h gives
// it other statistics.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/progress.h"
#include "bitline/kernels/layer_histogram.h"
#include "bitline/runtime/fixed_requantization.h"
#include "bitline/runtime/layer_runner.h"
#include "bitline/runtime/lowering.h"
#include "bitline/runtime/mac_mode.h"
#include "bitline/runtime/pointwise.h"
#include "bitline/runtime/stays_digital.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// The tables of a plan, ready for the layers of one Executor.
struct PreparedPlan {
  struct Layer {
    LayerAdc adc;
    ChannelAffine affine;
  };
  std::map<std::string, Layer> layers;
  /// Where it is set, only the sums of this input stream are converted and all others are exact:
  /// what one input bit costs. For logits() and run(), where streams_are_apart() (layer_probe.h).
  std::optional<std::int64_t> stream = {};

  /// Null for a layer that the plan does not name.
  const LayerAdc* adc_of(const std::string& layer) const {
    const auto planned = layers.find(layer);
    return planned == layers.end() ? nullptr : &planned->second.adc;
  }
};

/// Histograms by layer name; make_histograms() (layer_probe.h) gives empty ones.
using HistogramMap = std::map<std::string, LayerHistogram>;

/// Outputs do not depend on batch size, thread count or engine (layers in real numbers excepted).
class Executor {
 public:
  /// Layers are computed where place_layers() puts them. Throws Error that names the layer when it
  /// cannot be mapped; modes other than float also when no layer has grids, neither on its weight
  /// nor on its input.
  Executor(Network network, MacMode mode, const NetworkArrays& array = {},
           Engine engine = Engine::kFused);
  /// The same. `progress` hears of the layers of a network that is large enough to be waited for.
  Executor(Network network, MacMode mode, const NetworkArrays& array, Engine engine,
           ProgressSink& progress);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  const Network& network() const { return network_; }
  const std::vector<Step>& steps() const { return steps_; }
  /// Layers on the array, front to back.
  std::vector<const CimLayer*> cim_layers() const;
  /// Index of the step that runs the layer. Throws Error for an unknown name.
  std::size_t step_of(std::string_view layer) const;
  /// Where the layer is computed, and why not on the array. Throws Error for an unknown name.
  const PlaceAndReason& place_of(std::string_view layer) const {
    return places_.at(steps_[step_of(layer)].node->name);
  }

  /// Checks the plan against the layers and prepares its tables. Throws Error that names the layer
  /// when the plan is of another network or array.
  PreparedPlan prepare(const AdcPlan& plan) const;

  /// How each layer is computed under the plan, in words: names of layers by that, front to back.
  std::map<std::string_view, std::vector<std::string>> paths(const PreparedPlan& plan) const;

  /// Values before step 0: images F32 [n, …], normalised, of the shape of the network's input or
  /// one that regroups_axes() says it can be read as.
  Values begin(const Tensor& images) const;
  /// Runs steps [first, last) and drops what later steps do not read. Threads share the images out,
  /// a few of which take all steps together, so that what one step writes is still in the caches
  /// when the next one reads it. `histograms` count the partial sums of layers that the plan
  /// names.
  void run(Values& values, std::size_t first, std::size_t last, const PreparedPlan& plan = {},
           HistogramMap* histograms = nullptr) const;
  /// Runs the layer step `index` under each of `plans`, which all name the layer, from one pass
  /// over its partial sums: the values behind it for the images of the first plan, then of the
  /// second one, …
  Values run_each(const Values& values, std::size_t index,
                  std::span<const PreparedPlan> plans) const;
  /// All steps: logits F32 [n, classes].
  Tensor logits(const Tensor& images, const PreparedPlan& plan = {},
                HistogramMap* histograms = nullptr) const;

 private:
  friend class LayerProbe;
  friend void set_bias(Executor& executor, std::size_t step, const Tensor& bias);
  friend void set_statistics(Executor& executor, std::size_t step, const NormStatistics& statistics,
                             PreparedPlan& plan);

  Value run_step(std::size_t index, const Values& values, const PreparedPlan& plan,
                 HistogramMap* histograms) const;
  void run_steps(Values& values, std::size_t first, std::size_t last, const PreparedPlan& plan,
                 HistogramMap* histograms) const;
  void drop_dead(Values& values, std::size_t next_step) const;
  Value run_layer(std::size_t index, const Values& values, const PreparedPlan& plan,
                  HistogramMap* histograms) const;
  /// The layer's output from its sums in all modes but that of one stream: from run_stream()'s.
  Value finish(std::size_t index, const Tensor& sums, const Values& values,
               const PreparedPlan& plan) const;
  /// Of the layer step under each of `plans`, one behind the other along the first axis.
  Tensor sums_each(std::size_t step, const Values& values,
                   std::span<const PreparedPlan> plans) const;
  /// With the statistics and the bias that the network holds.
  ChannelAffine affine_of(std::size_t step, const LayerAdc* adc) const;
  /// Grids that values get before the nodes that only move them, and where layers' outputs go under
  /// `requantize = "fixed"`.
  void choose_targets();
  /// Throws Error where (8b) does not hold the layer's sums.
  void check_target(std::size_t step, const ChannelAffine& affine, const LayerAdc* adc) const;

  Network network_;
  NetworkArrays array_;
  std::vector<Step> steps_;
  std::vector<std::vector<std::string>> live_;
  std::map<std::string, PlaceAndReason> places_;  // by layer
  std::map<std::size_t, LayerRunner> runners_;    // by step
  std::map<std::size_t, ChannelAffine> affines_;  // by step, without ADCs
  std::map<std::size_t, FixedTarget> targets_;    // by step, under `requantize = "fixed"`
};

}  // namespace bitline
