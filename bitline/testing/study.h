// A tiny network and tiny data in files.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "bitline/base/random.h"
#include "bitline/data/sample_file.h"
#include "bitline/evaluate/lossless_plan.h"
#include "bitline/graph/network_file.h"
#include "bitline/models/models.h"
#include "bitline/options/run_config.h"
#include "bitline/runtime/executor.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline::test {

/// Two classes of 8 × 8 images: dark and bright, with noise.
inline Dataset two_classes(std::int64_t count, std::uint64_t seed) {
  Dataset data;
  data.images = Tensor(DType::kU8, {count, 3, 8, 8});
  data.classes = 2;
  Random random(seed);
  const auto pixels = data.images.data<std::uint8_t>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    data.labels.push_back(static_cast<std::int32_t>(i % 2));
    for (std::size_t p = 0; p < 192; ++p)
      pixels[i * 192 + p] = static_cast<std::uint8_t>(random.below(180) + (i % 2) * 60);
  }
  return data;
}

/// A ResNet-20 of quarter width with random weights on 4-bit grids.
inline Network tiny_network(std::int64_t classes = 2) {
  ModelOptions options;
  options.width = 0.25;
  options.classes = classes;
  options.input = {3, 8, 8};
  Network network = resnet20(options);
  attach_quantizers(network, {});
  for (auto& [name, spec] : network.quant)
    for (float& scale : spec.scale.data<float>())
      if (scale == 0) scale = spec.bits == 8 ? 0.02F : 0.15F;
  return network;
}

/// Ranges of 6 LSB, or as far as the sums go, for all layers of it on the array.
inline AdcPlan plan_of(const RunConfig& config, const Network& network, std::int64_t levels) {
  const Executor executor(network, MacMode::kAnalog, config.array);
  AdcPlan plan = lossless_plan(executor);
  for (auto& [name, planned] : plan.layers) {
    planned.spec = {};
    planned.spec.levels = levels;
    planned.spec.delta = std::min<std::int64_t>(6, planned.sums.maximum);
  }
  return plan;
}

/// A folder with search.safetensors, test.safetensors and network.safetensors, removed at the end.
class TestStudy {
 public:
  TestStudy() {
    save_samples(folder() / "search.safetensors", {two_classes(12, 5), "test", "made up", {}});
    save_samples(folder() / "test.safetensors", {two_classes(16, 6), "test", "made up", {}});
    write_network(folder() / "network.safetensors", tiny_network());
  }
  const std::filesystem::path& folder() const { return folder_.path(); }
  /// A configuration of the files here; `more` stands at its end.
  std::string toml(const std::string& more = "") const {
    return fmt::format(
        "seed = 1\nthreads = 1\n[data]\nformat = \"samples\"\nimages_per_class = 6\n"
        "search_file = \"{0}/search.safetensors\"\ntest_file = \"{0}/test.safetensors\"\n"
        "mean = [0.5, 0.5, 0.5]\ndeviation = [0.25, 0.25, 0.25]\n"
        "[model]\nfile = \"{0}/network.safetensors\"\n[array]\nrows = 16\n"
        "[search]\nlevels = [3, 6]\nrecalibrate = true\nmax_loss = 100\n{1}",
        folder().string(), more);
  }
  RunConfig config(const std::string& more = "") const {
    return read_run_config(Config::from_text(toml(more), "test.toml"));
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace bitline::test
