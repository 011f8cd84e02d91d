#include "bitline/pipeline/describe.h"

#include "bitline/base/file.h"
#include "bitline/cost/technology.h"

namespace bitline {
namespace {

std::string describe(const QuantizeOptions& quantize) {
  return fmt::format(" quantizer {} weights {} activations {} edges {} scale {} odd {}",
                     static_cast<int>(quantize.quantizer), quantize.weight_bits,
                     quantize.activation_bits, quantize.edge_bits,
                     static_cast<int>(quantize.weight_scale), quantize.odd_weights);
}

}  // namespace

std::string describe(const ArraySpec& array) {
  // Nothing about columns that are not flipped: runs made before they could be stay what they are.
  const bool flips = array.column_flip != ColumnFlip::kNone;
  const std::string flip = flips ? fmt::format(" flip {}", name_of(array.column_flip)) : "";
  return fmt::format(
      "rows {} active {} columns {} cell {} dac {} {} {} {} {} {} {} first {} last {}{}",
      array.rows, array.driven_rows(), array.columns, array.cell_bits, array.dac_bits,
      name_of(array.encoding), name_of(array.subtract), name_of(array.offset_removal),
      name_of(array.row_order), name_of(array.tile_cut), name_of(array.activation_encoding),
      name_of(array.first_layer), name_of(array.last_layer), flip);
}

std::string describe(const CostRun& cost) {
  const std::string technology =
      cost.technology.empty() ? std::string(technology_32nm()) : read_text_file(cost.technology);
  return fmt::format("{} baseline {} dummy {} zero {} {}", name_of(cost.adc), cost.baseline_levels,
                     cost.dummy_column, cost.zero_detection, technology);
}

std::string describe(const AllocateRun& allocate, bool recalibrate) {
  return fmt::format("levels {} ranges {} area {} loss {} cost {} recalibrate {}",
                     fmt::join(allocate.levels, " "), name_of(allocate.ranges), allocate.by_area,
                     allocate.max_loss.value_or(-1), allocate.max_cost.value_or(-1), recalibrate);
}

std::string describe(const SearchRun& search) {
  const SearchOptions& o = search.options;
  // Nothing about what was not a choice yet when older runs were made.
  const std::string layers =
      search.layers.empty() ? "" : fmt::format(" layers {}", fmt::join(search.layers, " "));
  const std::string_view streams = search.stream_ranges_by_spread ? " stream ranges by spread" : "";
  std::string measured;
  if (search.measured) {
    measured =
        fmt::format(" measured {} values", fmt::join(search.measured->table_thresholds, " "));
    for (const Rational& value : search.measured->table_values)
      measured += fmt::format(" {}", to_string(value));
  }
  return fmt::format(
      "{} {} {} {} objective {} step {} full {} centre {} percentile {} statistics {}{}{}{}",
      name_of(o.adc.quantizer), name_of(o.adc.step_rule), name_of(o.adc.tie_rule),
      name_of(o.adc.sides), name_of(o.objective), to_string(o.delta_step), o.full,
      search.centre == Centre::kMean ? "mean" : "zero", to_string(search.percentile),
      search.statistics == SearchStatistics::kStored ? "stored" : "recalibrated", layers, streams,
      measured);
}

std::string describe(const Normalization& normalization) {
  return fmt::format("mean {} deviation {}", fmt::join(normalization.mean, " "),
                     fmt::join(normalization.deviation, " "));
}

std::string describe(const TrainRun& train, std::uint64_t seed) {
  const TrainOptions& o = train.options;
  return fmt::format(
      "seed {} epochs {} batch {} rate {} momentum {} decay {} schedule {} warmup {} steps {} "
      "factor {} holdout {} augment {} ",
      seed, o.epochs, o.batch_size, o.learning_rate, o.momentum, o.weight_decay,
      static_cast<int>(o.schedule), o.warmup_epochs, fmt::join(o.step_epochs, " "), o.step_factor,
      train.holdout, train.augment);
}

std::string describe(TrainingQuantizer quantizer) {
  return quantizer == TrainingQuantizer::kLsq ? "" : "qnn grids ";  // lsq was the only one once
}

std::string describe(const RetrainRun& retrain, std::uint64_t seed) {
  const auto& [share, temperature] = retrain.distillation;
  return describe(retrain.train, seed) +
         fmt::format("gradient {} recalibrate {} ", name_of(retrain.gradient),
                     retrain.recalibrate) +
         (share > 0 ? fmt::format("distillation {} at {} ", share, temperature) : "") +
         (retrain.learn_ranges ? "learns ranges " : "");
}

std::string describe_grids(const RunConfig& config) {
  const PostTrainingOptions& post = config.post_training;
  return describe(config.quantize) +
         fmt::format(" range {} percentile {} fold {} bias {}", static_cast<int>(post.range.rule),
                     post.range.percentile, post.fold_batch_norm, post.correct_bias);
}

std::string describe_recipe(const RunConfig& config) {
  const std::string text =
      describe(config.train, config.seed) + describe(config.data.normalization);
  return text +
         (config.has_quantize ? describe(config.quantize) : describe(config.quantize.quantizer));
}

}  // namespace bitline
