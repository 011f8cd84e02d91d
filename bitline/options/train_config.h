// [train] and [retrain].
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "bitline/base/fields.h"
#include "bitline/config/config.h"
#include "bitline/recipe/gradient.h"
#include "bitline/recipe/learning_rate.h"
#include "bitline/recipe/train_options.h"

namespace bitline {

/// [train] beyond TrainOptions.
struct TrainConfig {
  TrainOptions options;  ///< whose learning rate follows from the next
  LearningRate learning_rate;
  std::filesystem::path output = "network.safetensors";  ///< relative to the working folder
  std::int64_t holdout = 1000;  ///< last images of the training set, kept out of training
  bool augment = true;
  std::string device = "cpu";
};

/// [retrain]: [train] with a smaller learning rate, and the ADCs of a plan in the loop.
struct RetrainConfig {
  TrainConfig train;
  bool control = true;  ///< whether a run trains the network with lossless ADCs too
  Gradient gradient = gradients::kIdentity;
  bool recalibrate = false;   ///< batch-norm statistics under the plan first
  Distillation distillation;  ///< from the teacher, with lossless ADCs
  /// Network file that losses are counted against; empty: the network as it came.
  std::filesystem::path reference;
  std::filesystem::path teacher;  ///< network file; empty: the reference
  bool learn_ranges = false;      ///< δ of every ADC is trained too
  /// Share of the start's accuracy on held-out images; an epoch that ends below it is the last.
  double stop_below = 0.5;
  /// Epochs behind which ranges are searched again, by [search].
  std::vector<std::int64_t> search_after;

  /// Whether the plan comes out of the training other than it went in.
  bool changes_plan() const { return learn_ranges || !search_after.empty(); }
};

template <ConstOrNot<TrainConfig> Train, typename Visit>
void visit_fields(Train& train, Visit&& visit) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
  constexpr double kLarge = 1e9;
  auto& options = train.options;
  visit(FieldText{"output",
                  "the trained network; checkpoint and log stand beside it. `run` writes it into "
                  "its folder instead",
                  Decides::kNothing},
        train.output);
  visit(FieldText{"epochs", "at least 1"}, options.epochs, Whole{1, kMany});
  visit(FieldText{"batch_size", "images; at least 1"}, options.batch_size, Whole{1, kMany});
  visit(
      FieldText{"learning_rate",
                "at the top of the schedule; above 0. `auto`: the best of 0.00003 to 0.3 over the "
                "first 24 steps ([arithmetic.md](arithmetic.md#13-optimizer-and-learning-rate))"},
      train.learning_rate, Real{0, kLarge});
  visit(FieldText{"momentum", "0 to below 1"}, options.momentum, Real{0, 1});
  visit(FieldText{"weight_decay", "on weights of convolutions and linear layers; not negative"},
        options.weight_decay, Real{0, kLarge});
  visit(FieldText{"schedule", "`cosine`, `step`"}, options.schedule);
  visit(FieldText{"warmup_epochs",
                  "epochs over which the rate rises linearly; fractions are possible"},
        options.warmup_epochs, Real{0, kLarge});
  visit(FieldText{"step_epochs", "step: epochs at which the rate drops"}, options.step_epochs,
        Whole{1, kMany});
  visit(FieldText{"step_factor", "step: by this factor; 0 to 1"}, options.step_factor, Real{0, 1});
  visit(FieldText{"holdout",
                  "last images of the training set that are kept out of training and measured "
                  "after each epoch; 0: none"},
        train.holdout, Whole{0, kMany});
  visit(FieldText{"augment", "shift by up to 4 pixels and mirror, at random"}, train.augment);
  visit(FieldText{"device", "`cpu`, `cuda` (where LibTorch has it)", Decides::kNothing},
        train.device);
}

/// What becomes of ranges while weights learn, and when that is given up.
template <ConstOrNot<RetrainConfig> Retrain, typename Visit>
void visit_course_fields(Retrain& retrain, Visit&& visit) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
  visit(
      FieldText{
          "learn_ranges",
          "δ of every ADC is trained too ([no "
          "gain](results/resnet20-retrained.md#ranges-that-move-while-the-network-learns) was "
          "measured), with the "
          "gradient that LSQ has for a step; zero-tread and zero-rise around 0. The plan is "
          "written to `<output>.plan.json` ([arithmetic.md](arithmetic.md#retraining), (19a))"},
      retrain.learn_ranges);
  visit(FieldText{"search_after",
                  "epochs behind which ranges are searched again by `[adc]` and `[search]` for the "
                  "network as it then is, each layer while all others keep their ADCs, with the "
                  "statistics of the training whatever `search.statistics` says; below `epochs`. "
                  "For plans of ranges around 0 that all input streams share, not of tables; not "
                  "with `search.objective = \"agreement\"`. The plan is written likewise; [a "
                  "loss](results/resnet20-retrained.md#ranges-that-move-while-the-network-learns) "
                  "was measured"},
        retrain.search_after, Whole{1, kMany});
  visit(
      FieldText{"stop_below",
                "an epoch that answers fewer of the held-out images than this share of those that "
                "the start answers stops the training with an error, since the learning rate is "
                "too high; 0: none does",
                Decides::kNothing},
      retrain.stop_below, Real{0, 1});
  visit(
      FieldText{"temperature", "by which `distillation` divides both networks' logits; 0.1 to 100"},
      retrain.distillation.temperature, Real{0.1, 100});
}

/// Networks that are learned from are known by their content (retraining_recipe).
template <ConstOrNot<RetrainConfig> Retrain, typename Visit>
void visit_fields(Retrain& retrain, Visit&& visit) {
  visit_fields(retrain.train, visit);
  visit(
      FieldText{"gradient",
                "of a layer on the array. `clipped`: the ordinary layer's, of each output and "
                "tile only the share of the conversions whose sum lies in the ADC's range (18); "
                "`identity`: the ordinary layer's; `scaled`: the ordinary layer's, times the slope "
                "of the outputs over the exact ones (19), for 2 to 4 levels; "
                "[arithmetic.md](arithmetic.md#retraining)"},
      retrain.gradient);
  visit(FieldText{"recalibrate", "batch-norm statistics are moved to the plan's first"},
        retrain.recalibrate);
  visit(FieldText{"reference",
                  "network (or ONNX) file that losses are counted against, in place of the network "
                  "as it came: for retraining in stages",
                  Decides::kNothing, "–"},
        retrain.reference);
  visit(FieldText{"teacher",
                  "network (or ONNX) file whose answers `distillation` follows, in place of the "
                  "reference: of any make, for the same images, normalised likewise, and classes",
                  Decides::kNothing, "–"},
        retrain.teacher);
  visit(FieldText{"distillation",
                  "share of the loss that follows the answers of the teacher, with lossless ADCs, "
                  "and not the labels; [arithmetic.md](arithmetic.md#retraining), (20); 0 to 1"},
        retrain.distillation.share, Real{0, 1});
  visit_course_fields(retrain, visit);
}

/// The tables, checked. [retrain] takes the values of `train` as its defaults, but for output,
/// epochs and the learning rate, a tenth of it that goes by the network. Errors are of kind kUsage.
TrainConfig read_train(const ConfigTable& table);
RetrainConfig read_retrain(const ConfigTable& table, const TrainConfig& train);
/// What an empty [retrain] means.
RetrainConfig default_retraining(const TrainConfig& train);

}  // namespace bitline
