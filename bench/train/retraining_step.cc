// A retraining step against a float32 step of the same network, on the shipped ResNet-20:
//   build/bench/bench/train_bench [ROUNDS [BATCH]]
// Forward pass, loss and backward pass of a batch, of 64 unless said; the kinds take turns,
// medians.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "bitline/base/memory.h"
#include "bitline/graph/network_file.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/torch_part.h"
#include "bitline/train/trainable_network.h"

namespace bitline {
namespace {

struct Kind {
  std::string name;
  TrainableNetwork network;
  std::vector<double> seconds = {};
  double peak_mebibytes = 0;  ///< of the process, once this kind has run too
};

AdcPlan plan_for(const Network& network, const ArraySpec& array) {
  const Executor executor(network, MacMode::kAnalog, array);
  AdcPlan plan;
  AdcSpec spec;
  spec.levels = 4;
  spec.delta = 7;
  for (const CimLayer* layer : executor.cim_layers())
    plan.layers[layer->name] = {spec, layer->sums};
  return plan;
}

double step(TrainableNetwork& network, const at::Tensor& images, const at::Tensor& labels) {
  const auto start = std::chrono::steady_clock::now();
  at::cross_entropy_loss(network.forward(images, true), labels).backward();
  for (const TrainableParameter& parameter : network.parameters())
    at::Tensor(parameter.value).mutable_grad() = at::Tensor();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Kind retraining(const Network& network, Gradient gradient, const std::string& name) {
  ArraySpec array;
  TrainableNetwork analog(network, TrainingQuantizer::kLsq, at::kCPU);
  analog.put_on_array(plan_for(network, array), {array, Engine::kFused, gradient});
  return {name, std::move(analog)};
}

void run(int rounds, std::int64_t batch) {
  const Network network = read_network("assets/resnet20-w4a4.safetensors");
  Network real = network;
  real.quant.clear();
  std::vector<Kind> kinds;
  kinds.push_back({"float32", TrainableNetwork(real, TrainingQuantizer::kLsq, at::kCPU)});
  kinds.push_back({"W4A4, no ADCs", TrainableNetwork(network, TrainingQuantizer::kLsq, at::kCPU)});
  kinds.push_back(retraining(network, gradients::kIdentity, "retraining, identity"));
  kinds.push_back(retraining(network, gradients::kClipped, "retraining, clipped"));
  kinds.push_back(retraining(network, gradients::kScaled, "retraining, scaled"));
  at::manual_seed(1);
  const at::Tensor images = at::randn({batch, 3, 32, 32});
  const at::Tensor labels = at::randint(10, {batch}, at::kLong);
  for (Kind& kind : kinds) {
    step(kind.network, images, labels);
    kind.peak_mebibytes = peak_mebibytes();
  }
  for (int round = 0; round < rounds; ++round)
    for (Kind& kind : kinds) kind.seconds.push_back(step(kind.network, images, labels));
  const double base = median(kinds[0].seconds);
  for (const Kind& kind : kinds)
    fmt::print("{:<22} {:7.1f} ms  {:5.2f} x float32   peak {:6.0f} MiB\n", kind.name,
               1000 * median(kind.seconds), median(kind.seconds) / base, kind.peak_mebibytes);
}

}  // namespace
}  // namespace bitline

int main(int argc, char** argv) {
  bitline::keep_freed_memory();  // as the program does
  bitline::share_threads_with_torch();
  bitline::run(argc > 1 ? std::stoi(argv[1]) : 11, argc > 2 ? std::stoi(argv[2]) : 64);
}
