// A network on an array, and the images that its ADCs are chosen by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/normalization.h"
#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/graph/network.h"
#include "bitline/mapping/layout.h"
#include "bitline/mapping/network_arrays.h"
#include "bitline/search/range_search.h"

namespace bitline {

/// What a study may choose besides network, array and images. The defaults are the program's.
struct StudyOptions {
  /// How pixels become the numbers that the network sees. Empty: what the network's file says.
  std::optional<Normalization> normalization;
  AdcSpec adc;  ///< quantizer, step rule, ties and sides; levels, range and centre are searched
  std::map<std::string, AdcSpec> layer_adcs;   ///< the same of single layers, by name
  Objective objective = Objective::kAccuracy;  ///< what a search ranks plans by
  Rational delta_step = 1;           ///< between neighbouring candidates, LSB; a multiple of ½
  std::vector<std::string> layers;   ///< that get ADCs, the others staying lossless; empty: all
  ProgressSink* progress = nullptr;  ///< hears of long work; outlives the study
  const Cancellation* cancellation = nullptr;  ///< is asked between steps; outlives the study
};

/// Searches, evaluates and recalibrates. The same plans, scores and speed as the program's commands
/// of these names, whatever the threads and the instruction set. For one thread at a time; the work
/// inside is parallel (set_thread_count). BITLINE_ISA in the environment names the instruction set.
class Study {
 public:
  /// `images` [n, channels, height, width], or of any rank that the network takes, are what
  /// searches look at: a class-balanced sample of the training set, some hundreds to a thousand.
  /// Throws Error (kUsage) for images or classes that do not fit the network, a network without a
  /// normalization where the options have none, one that is not the options', a network of which no
  /// layer lies on the array, and an array or ADC of a layer that does not lie there.
  Study(const Network& network, const NetworkArrays& array, Dataset images,
        const StudyOptions& options = {});
  /// A study that was moved from can only be destroyed or assigned to.
  Study(Study&& other) noexcept;
  /// Likewise.
  Study& operator=(Study&& other) noexcept;
  ~Study();

  /// How each layer lies on the array, front to back; what is not there stays digital.
  std::vector<LayerLayout> layouts() const;
  /// Of the images, with lossless ADCs.
  Score lossless() const;
  /// The plan with `levels` levels (2 and more) that the method gives. `journal`, where not empty,
  /// is a file from which a search that was stopped continues.
  SearchResult search(std::int64_t levels, RangeMethod method = range_methods::kLayerWise,
                      const std::filesystem::path& journal = {});
  /// Of other images, a test set for example. Layers that the plan does not name are lossless.
  /// Throws Error for images that do not fit, and a plan of another network or array.
  Score evaluate(const AdcPlan& plan, const Dataset& images) const;
  /// The network with batch-norm statistics that fit the plan's ADCs: equation (14), over the
  /// study's images. write_network() stores it.
  Network recalibrated(const AdcPlan& plan) const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace bitline
