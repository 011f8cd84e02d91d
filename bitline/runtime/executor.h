// Runs a Network on batches of images. Start here when you read runtime/: lowering.h makes the
// steps, layer_runner.h multiplies, pointwise.h does the rest.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/enum_names.h"
#include "bitline/base/progress.h"
#include "bitline/kernels/idle_reads.h"
#include "bitline/kernels/layer_histogram.h"
#include "bitline/runtime/layer_runner.h"
#include "bitline/runtime/lowering.h"
#include "bitline/runtime/pointwise.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// float: real numbers, outside the bit-exact promise. lossless: exact integer products. analog:
/// the array, with the ADCs of a plan; layers that the plan does not name are lossless. Layers
/// without integer grids are real numbers in every mode.
enum class MacMode { kFloat, kLossless, kAnalog };
template <>
struct EnumNames<MacMode> {
  static constexpr std::string_view kWhat = "mode";
  static constexpr std::array<std::string_view, 3> kNames{"float", "lossless", "analog"};
};

/// The tables of a plan, ready for the layers of one Executor.
struct PreparedPlan {
  struct Layer {
    LayerAdc adc;
    ChannelAffine affine;
  };
  std::map<std::string, Layer> layers;
  /// Where it is set, only the sums of this input stream are converted and all others are exact:
  /// what one input bit costs. For logits() and run(), where streams_are_apart().
  std::optional<std::int64_t> stream = {};
};

/// Histograms by layer name.
using HistogramMap = std::map<std::string, LayerHistogram>;

/// Outputs do not depend on batch size, thread count or engine (layers in real numbers excepted).
class Executor {
 public:
  /// Layers are mapped in analog mode only. First and last layer of those that have integer grids
  /// follow array.first_layer and array.last_layer. Throws Error that names the layer when it
  /// cannot be mapped; modes other than float also when no layer has grids, neither on its weight
  /// nor on its input.
  Executor(Network network, MacMode mode, const ArraySpec& array = {},
           Engine engine = Engine::kFused);
  /// The same. `progress` hears of the layers of a network that is large enough to be waited for.
  Executor(Network network, MacMode mode, const ArraySpec& array, Engine engine,
           ProgressSink& progress);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  const Network& network() const { return network_; }
  const std::vector<Step>& steps() const { return steps_; }
  /// Layers on the array, front to back.
  std::vector<const CimLayer*> cim_layers() const;
  /// The layer of a step that lies on the array.
  const CimLayer& cim_layer(std::size_t step) const { return *runners_.at(step).cim(); }
  bool is_mapped(std::string_view layer) const {
    return runners_.at(step_of(layer)).cim() != nullptr;
  }
  /// Index of the step that runs the layer. Throws Error for an unknown name.
  std::size_t step_of(std::string_view layer) const;

  /// Checks the plan against the layers and prepares its tables. Throws Error that names the layer
  /// when the plan is of another network or array.
  PreparedPlan prepare(const AdcPlan& plan) const;
  /// LayerRunner::pads_with_zero in every layer of the plan.
  bool streams_are_apart(const PreparedPlan& plan) const;
  /// Empty ones for every layer on the array: what run() and logits() count into.
  HistogramMap make_histograms(bool by_tile) const;

  /// Values before step 0: images F32 [n, channels, height, width], normalised.
  Values begin(const Tensor& images) const;
  /// Runs steps [first, last) and drops what later steps do not read. Threads share the images out,
  /// a few of which take all steps together, so that what one step writes is still in the caches
  /// when the next one reads it.
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

  /// Whether the layer step computes in real numbers rather than in integers.
  bool is_real(std::size_t step) const { return runners_.at(step).is_real(); }
  /// Sums of a layer step before its zero point and batch-norm (LayerRunner::run), for
  /// recalibration.
  Tensor layer_sums(std::size_t step, const Values& values, const PreparedPlan& plan) const;
  /// What run() makes of `values` in the layer step, from its layer_sums() for them.
  void run_from_sums(Values& values, std::size_t step, const Tensor& sums,
                     const PreparedPlan& plan) const;
  /// layer_sums() under each of `plans`, which all name the layer, from one pass: one behind the
  /// other along the first axis.
  Tensor layer_sums_each(std::size_t step, const Values& values,
                         std::span<const PreparedPlan> plans) const;
  std::vector<double> output_scale(std::size_t step, const PreparedPlan& plan) const;
  /// What the input's zero point adds to a layer step's outputs (LayerRunner::zero_offset).
  const std::vector<double>& zero_offset(std::size_t step) const {
    return runners_.at(step).zero_offset();
  }
  /// Reads of the array of a layer step that lies on one.
  ReadCount count_reads(std::size_t step, const Values& values) const;
  /// Of the inputs of a layer step that lies on the array, the digits of each stream that are not
  /// 0.
  std::vector<std::int64_t> count_ones(std::size_t step, const Values& values) const;
  /// Takes a new bias [channels] for a layer step that has one.
  void set_bias(std::size_t step, const Tensor& bias);
  /// Takes new batch-norm statistics [channels] for the step.
  void set_statistics(std::size_t step, const NormStatistics& statistics, PreparedPlan& plan);
  /// Runs under `plan`, which names the layer step, take these; the network keeps its own.
  void use_statistics(std::size_t step, const NormStatistics& statistics, PreparedPlan& plan) const;

 private:
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
  ChannelAffine affine_of(std::size_t step, const LayerAdc* adc) const;
  ChannelAffine affine_of(std::size_t step, const LayerAdc* adc,
                          const NormStatistics& statistics) const;
  const LayerAdc* adc_of(const Step& step, const PreparedPlan& plan) const;

  Network network_;
  std::vector<Step> steps_;
  std::vector<std::vector<std::string>> live_;
  std::map<std::size_t, LayerRunner> runners_;    // by step
  std::map<std::size_t, ChannelAffine> affines_;  // by step, without ADCs
};

}  // namespace bitline
