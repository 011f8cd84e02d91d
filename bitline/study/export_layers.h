// What lies on the array, as files for other programs; a network as ONNX needs no more than
// exporter/export_onnx.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/exporter/golden.h"
#include "bitline/options/run_config.h"
#include "bitline/runtime/executor.h"
#include "bitline/study/search_sample.h"

namespace bitline {

/// The NPZ file of every layer on the array, with the ADCs of the plan. Throws Error as
/// Executor::prepare does.
std::vector<std::byte> export_npz(const Network& network, const NetworkArrays& array,
                                  const std::optional<AdcPlan>& plan, ProgressSink& progress);

/// Which golden vectors are wanted.
struct GoldenRequest {
  std::vector<std::string> layers;  ///< empty: every layer on the array
  std::int64_t images = 1;          ///< the first ones of the search sample
  std::optional<AdcPlan> plan;      ///< layers that it does not name have lossless ADCs
};

/// What the wanted layers are given when the executor runs `images` (F32, normalised) under the
/// plan. The layers point into the executor. Throws Error (kUsage) for a layer that is not on the
/// array.
std::vector<GoldenLayer> golden_layers(const Executor& executor, const GoldenRequest& request,
                                       const Tensor& images);

/// The first `count` images of the search sample. Throws Error (kUsage) for more than it has.
BalancedPart first_images(const RunConfig& config, std::int64_t count, const Job& job);

/// Runs images of the search sample and writes their golden vectors into `folder`. Throws Error
/// (kUsage) for more images than the sample has.
void export_golden(const Network& network, const RunConfig& config, const GoldenRequest& request,
                   const std::filesystem::path& folder, const Job& job);

}  // namespace bitline
