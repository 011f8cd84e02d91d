#include "bitline/pipeline/hardware_config.h"

#include <algorithm>
#include <limits>

#include "bitline/adc/measured_table.h"
#include "bitline/adc/uniform_levels.h"

namespace bitline {
namespace {

constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();

}  // namespace

ArraySpec read_array(const ConfigTable& table) {
  ArraySpec array;
  array.rows = table.integer("rows", array.rows, 1, kMany);
  array.active_rows = table.integer("active_rows", array.active_rows, 0, kMany);
  array.columns = table.integer("columns", array.columns, 1, kMany);
  array.cell_bits = static_cast<int>(table.integer("cell_bits", array.cell_bits, 1, 4));
  array.dac_bits = static_cast<int>(table.integer("dac_bits", array.dac_bits, 1, 4));
  array.columns_per_adc = table.integer("columns_per_adc", array.columns_per_adc, 1, kMany);
  array.encoding = table.choice<Encoding>("encoding", array.encoding,
                                          {{"differential", Encoding::kDifferential},
                                           {"bipolar", Encoding::kBipolar},
                                           {"twos-complement", Encoding::kTwosComplement},
                                           {"offset", Encoding::kOffset}});
  array.subtract = table.choice<Subtract>(
      "subtract", array.subtract, {{"analog", Subtract::kAnalog}, {"digital", Subtract::kDigital}});
  array.offset_removal =
      table.choice<OffsetRemoval>("offset_removal", array.offset_removal,
                                  {{"reference-column", OffsetRemoval::kReferenceColumn},
                                   {"digital", OffsetRemoval::kDigital}});
  array.column_flip = table.choice<ColumnFlip>("column_flip", array.column_flip,
                                               {{"none", ColumnFlip::kNone},
                                                {"complement", ColumnFlip::kComplement},
                                                {"sign", ColumnFlip::kSign}});
  array.row_order = table.choice<RowOrder>("row_order", array.row_order,
                                           {{"channel-major", RowOrder::kChannelMajor},
                                            {"kernel-major", RowOrder::kKernelMajor},
                                            {"whole-channels", RowOrder::kWholeChannels}});
  array.tile_cut = table.choice<TileCut>(
      "tile_cut", array.tile_cut, {{"full", TileCut::kFull}, {"balanced", TileCut::kBalanced}});
  array.activation_encoding =
      table.choice<ActivationEncoding>("activation_encoding", array.activation_encoding,
                                       {{"twos-complement", ActivationEncoding::kTwosComplement},
                                        {"sign-magnitude", ActivationEncoding::kSignMagnitude}});
  const std::initializer_list<Choice<LayerPolicy>> policies = {
      {"digital-integer", LayerPolicy::kDigitalInteger}, {"mapped", LayerPolicy::kMapped}};
  array.first_layer = table.choice("first_layer", array.first_layer, policies);
  array.last_layer = table.choice("last_layer", array.last_layer, policies);
  validate(array);
  return array;
}

AdcSpec read_adc(const ConfigTable& table) {
  AdcSpec adc;
  adc.quantizer = table.choice<Quantizer>(
      "quantizer", adc.quantizer,
      {{"zero-tread", Quantizer::kZeroTread}, {"zero-rise", Quantizer::kZeroRise}});
  adc.step_rule = table.choice<StepRule>("step_rule", adc.step_rule,
                                         {{"range", StepRule::kRange},
                                          {"outer-levels", StepRule::kOuterLevels},
                                          {"codes", StepRule::kCodes}});
  with_context(table.where("step_rule"), [&] { check_step_rule(adc); });
  adc.tie_rule = table.choice<TieRule>("tie_rule", adc.tie_rule,
                                       {{"up", TieRule::kUp}, {"away", TieRule::kAway}});
  adc.sides = table.choice<Sides>(
      "sides", adc.sides,
      {{"automatic", Sides::kAutomatic}, {"both", Sides::kBoth}, {"one-sided", Sides::kOneSided}});
  return adc;
}

std::optional<AdcSpec> read_measured_adc(const ConfigTable& table) {
  const std::filesystem::path curve = table.path("table", {});
  if (curve.empty()) return {};
  return with_context(table.where("table"), [&] { return read_measured_table(curve); });
}

AllocateRun read_allocate(const ConfigTable& table) {
  AllocateRun allocate;
  allocate.levels = table.integers("levels", allocate.levels, 2, kMaximumLevels);
  if (allocate.levels.empty())
    fail_usage("{}: allocate.levels is empty; name at least one number of levels",
               table.where("levels"));
  refuse_twice(allocate.levels, table.where("levels"));
  std::ranges::sort(allocate.levels);
  allocate.ranges = range_method_from_name(
      table.get<std::string>("ranges", std::string(name_of(allocate.ranges))));
  const bool has_levels_of_its_own = allocate.ranges == RangeMethod::kMeasured;
  if (has_levels_of_its_own ||
      (is_search(allocate.ranges) && allocate.ranges != RangeMethod::kLayerWise))
    fail_usage(
        "{}: \"{}\" is no way to ranges of an allocation; choose \"layer-wise\" or one that takes "
        "them from statistics, \"three-sigma\" for example",
        table.where("ranges"), name_of(allocate.ranges));
  allocate.by_area =
      table.choice<bool>("cost", allocate.by_area, {{"energy", false}, {"area", true}});
  const double max_loss = table.number("max_loss", 1, 0, 100);
  const double max_cost = table.number("max_cost", 1, 0, 1);
  if (table.has("max_loss") && table.has("max_cost"))
    fail_usage("{}: give allocate.max_loss or allocate.max_cost, not both",
               table.where("max_cost"));
  if (table.has("max_cost"))
    allocate.max_cost = max_cost;
  else
    allocate.max_loss = max_loss;
  return allocate;
}

CostRun read_cost(const ConfigTable& table) {
  CostRun cost;
  cost.adc = table.choice<AdcModel>(
      "adc", cost.adc,
      {{"flash", AdcModel::kFlash}, {"sar", AdcModel::kSar}, {"andrulis", AdcModel::kAndrulis}});
  cost.technology = table.path("technology", {});
  cost.baseline_levels = table.integer("baseline_levels", cost.baseline_levels, 2, kMaximumLevels);
  cost.dummy_column = table.get<bool>("dummy_column", cost.dummy_column);
  cost.zero_detection = table.get<bool>("zero_detection", cost.zero_detection);
  return cost;
}

}  // namespace bitline
