// How fast this program is on this machine: whole networks, as users run them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/options/run_config.h"
#include "bitline/runtime/executor.h"

namespace bitline {

struct BenchOptions {
  std::int64_t images = 256;         ///< per measurement, from the search sample
  std::int64_t composed_images = 8;  ///< per measurement of the composed engine
  std::int64_t runs = 5;             ///< of which the median counts
  std::int64_t levels = 16;          ///< zero-tread, delta an eighth of the possible sums
  bool search = false;               ///< also times the searches that the configuration asks for
};

/// One search, timed once.
struct SearchSpeed {
  std::string ranges;  ///< name of the range method
  std::int64_t levels = 0;
  double seconds = 0;
  double share_measured = 0;  ///< of the image evaluations of brute force
};

/// Medians. What is compared was measured in turn, round by round.
struct NetworkSpeed {
  std::string name;              ///< stem of the network's file, or its built-in name
  std::int64_t conversions = 0;  ///< of one image
  double images_per_second = 0;  ///< fused engine, all threads
  double images_per_second_1_thread = 0;
  std::optional<double> images_per_second_composed;  ///< where LibTorch is
  double images_per_second_histograms = 0;           ///< fused, every conversion counted
  double kernel_share = 0;       ///< of one thread's time, in the CIM layers' kernels
  std::int64_t peak_memory = 0;  ///< bytes, of the process so far
  std::string signature;         ///< of the integer outputs, see below
  std::vector<SearchSpeed> searches;
};

/// Measures the configuration's network on its array. Throws what SearchStudy throws.
NetworkSpeed measure_speed(const RunConfig& config, const BenchOptions& options, const Job& job);

/// SHA-256 over the integer outputs of every layer on the array under `plan`, and over the
/// predicted logits: equal wherever the program computes the same numbers.
std::string output_signature(const Executor& executor, const PreparedPlan& plan,
                             const Tensor& images, ProgressSink& progress);

/// {"bitline", "revision", "instruction_set", "threads", "networks": {name: {...}}}.
std::string to_json(const std::vector<NetworkSpeed>& speeds);

}  // namespace bitline
