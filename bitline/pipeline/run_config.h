// The configuration file as the options structs of all stages. docs/config.md lists every key.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/config/config.h"
#include "bitline/cost/adc_cost.h"
#include "bitline/data/normalization.h"
#include "bitline/data/resize.h"
#include "bitline/importer/load_weights.h"
#include "bitline/mapping/array_spec.h"
#include "bitline/models/models.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/post_training.h"
#include "bitline/search/range_search.h"
#include "bitline/train/train_options.h"

namespace bitline {

enum class DataFormat { kCifar10, kCifar100, kMnist, kImageFolder, kNumpy, kSamples };

/// [data]
struct DataOptions {
  DataFormat format = DataFormat::kCifar10;
  /// cifar10, cifar100, mnist, image-folder; empty: the environment's BITLINE_DATA
  std::filesystem::path folder;
  std::filesystem::path search_file;    ///< samples, numpy: training images for search and profile
  std::filesystem::path test_file;      ///< samples, numpy: test images
  std::filesystem::path search_labels;  ///< numpy: their labels where search_file is an .npy
  std::filesystem::path test_labels;    ///< likewise
  ImageGeometry geometry;               ///< image-folder
  bool verify = false;                  ///< cifar10, mnist: compare checksums with the published
  std::int64_t images_per_class = 50;   ///< of the class-balanced search sample
  /// of the validation sample, which shares no image with it; fewer where fewer are left
  std::int64_t validation_per_class = 50;
  Normalization normalization;
};

/// [model]: a network file, or a built-in network by name.
struct ModelSource {
  std::filesystem::path file;
  std::string name;
  ModelOptions options;
  std::filesystem::path weights;  ///< with name: a state_dict; empty: weights are drawn
  WeightOptions matching;         ///< with weights
};

/// [train] beyond TrainOptions.
struct TrainRun {
  TrainOptions options;
  std::filesystem::path output = "network.safetensors";  ///< relative to the working folder
  std::int64_t holdout = 1000;  ///< last images of the training set, kept out of training
  bool augment = true;
  std::string device = "cpu";
};

/// [retrain]: [train] with a smaller learning rate, and the ADCs of a plan in the loop.
struct RetrainRun {
  TrainRun train;
  bool control = true;  ///< whether a run trains the network with lossless ADCs too
  StraightThrough gradient = StraightThrough::kIdentity;
  bool recalibrate = false;   ///< batch-norm statistics under the plan first
  Distillation distillation;  ///< from the teacher, with lossless ADCs
  /// Network file that losses are counted against; empty: the network as it came.
  std::filesystem::path reference;
  std::filesystem::path teacher;  ///< network file; empty: the reference
  bool learn_ranges = false;      ///< δ of every ADC is trained too
  /// Epochs behind which ranges are searched again, by [search].
  std::vector<std::int64_t> search_after;

  /// Whether the plan comes out of the training other than it went in.
  bool changes_plan() const { return learn_ranges || !search_after.empty(); }
};

enum class Centre { kZero, kMean };
/// With which batch-norm statistics a search scores plans: those of the network, or for the layers
/// that a plan names those moved by equation (14), over the whole sample.
enum class SearchStatistics { kStored, kRecalibrated };

/// [search]: one range for every layer per level count and range method.
struct SearchRun {
  SearchOptions options;                    ///< method and levels are set for each search
  Rational percentile = Rational(999, 10);  ///< StatisticOptions::percentile
  std::vector<std::int64_t> levels = {3, 4, 8, 16};
  std::vector<RangeMethod> ranges = {RangeMethod::kNetworkWise, RangeMethod::kLayerWise};
  std::optional<AdcSpec> measured;  ///< RangeMethod::kMeasured: the curve of adc.table
  Centre centre = Centre::kZero;
  SearchStatistics statistics = SearchStatistics::kStored;
  bool stream_ranges_by_spread = false;  ///< shifts_by_spread() of every layer, else one range
  std::vector<std::string> layers;  ///< that get an ADC, the others staying lossless; empty: all
  double max_loss = 1.0;  ///< points of accuracy on the validation sample that plan.json may lose
  bool recalibrate = false;
};

/// [compare]: range methods by name, and "isaac".
struct CompareRun {
  std::vector<std::string> methods = {
      "full-range", "isaac",       "column-bound",         "min-max",
      "lloyd-max",  "three-sigma", "three-sigma-gaussian", "percentile",
      "mse",        "csnr",        "csnr-lloyd-max",       "network-wise",
      "layer-wise"};
};

/// [cost]
struct CostRun {
  AdcModel adc = AdcModel::kFlash;
  std::filesystem::path technology;   ///< empty: technology_32nm()
  std::int64_t baseline_levels = 16;  ///< of every layer's ADC, in the design to compare with
  bool dummy_column = false;          ///< CostOptions::dummy_column
  bool zero_detection = false;        ///< reads that drive no word line are not converted
};

/// [allocate]: one of the two budgets is set.
struct AllocateRun {
  std::vector<std::int64_t> levels = {2, 3, 4, 6, 8, 16};
  RangeMethod ranges = RangeMethod::kLayerWise;  ///< or one that takes them from statistics
  bool by_area = false;            ///< what is spent: area of the ADCs, else their energy
  std::optional<double> max_loss;  ///< points of accuracy on the search sample
  std::optional<double> max_cost;  ///< share of what ADCs of cost.baseline_levels cost
};

struct RunConfig {
  std::uint64_t seed = 1;
  std::int64_t threads = 0;  ///< 0: all cores
  DataOptions data;
  ModelSource model;
  ArraySpec array;
  Engine engine = Engine::kFused;
  bool has_quantize = false;  ///< a [quantize] table is there
  QuantizeOptions quantize;
  PostTrainingOptions post_training;  ///< of [quantize] too
  bool quantize_then_train = false;   ///< quantize.fine_tune
  TrainRun train;
  bool has_retrain = false;  ///< a [retrain] table is there: `run` retrains every plan
  RetrainRun retrain;
  SearchRun search;
  CompareRun compare;
  bool has_cost = false;  ///< a [cost] table is there: `run` says what every plan costs
  CostRun cost;
  bool has_allocate = false;  ///< an [allocate] table is there: `run` divides levels
  AllocateRun allocate;
  bool has_explain = false;  ///< an [explain] table is there: `run` explains every plan
  bool profile_by_tile = false;
  std::string as_used;  ///< the whole configuration as TOML, --set applied
  /// The command line that asks for this configuration, for those who want the same again; empty
  /// where none did.
  std::string command;
};

/// Reads every key; a key that is left over is an Error (kUsage).
RunConfig read_run_config(const Config& config);

/// Every key that read_run_config() reads ("array.rows"), and its default as TOML.
std::map<std::string, std::string> config_defaults();

}  // namespace bitline
