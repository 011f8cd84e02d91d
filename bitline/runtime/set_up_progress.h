// How far the layers of an Executor are set up.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bitline/base/progress.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline {

/// Setting up goes layer by layer, in time that the number of weights decides. A small network is
/// ready before anyone has read a word.
class SetUpProgress {
 public:
  /// `layers`: all that finished() will be called with.
  SetUpProgress(ProgressSink& progress, const std::map<std::string, IntegerLayer>& layers) {
    constexpr std::int64_t kWeightsToWaitFor = std::int64_t{1} << 20;
    std::int64_t weights = 0;
    for (const auto& [name, layer] : layers) weights += layer.weights.size();
    if (weights < kWeightsToWaitFor) return;
    progress_ = &progress;
    progress.begin("set up network", weights);
  }
  void finished(const IntegerLayer& layer) {
    done_ += layer.weights.size();
    if (progress_ != nullptr) progress_->update(done_, layer.name);
  }
  void end() const {
    if (progress_ != nullptr) progress_->end();
  }

 private:
  ProgressSink* progress_ = nullptr;
  std::int64_t done_ = 0;
};

}  // namespace bitline
