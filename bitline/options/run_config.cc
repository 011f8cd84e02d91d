#include "bitline/options/run_config.h"

#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"

namespace bitline {
namespace {

/// The keys of every table are asked for, so that they are known; what they say counts where the
/// table is there.
template <typename Table>
std::optional<Table> where_there(const ConfigTable& root, std::string_view name, Table table) {
  if (!root.has(name)) return std::nullopt;
  return table;
}

/// Two ways to say one thing. In the table of a layer, what it says counts in place of what is said
/// for all layers.
void read_adc_sharing(const ConfigTable& table, ArraySpec& array) {
  const bool columns = table.has("columns_per_adc");
  const bool bit_lines = table.has("bit_lines_per_adc") && array.bit_lines_per_adc != 0;
  if (columns && bit_lines)
    fail_usage("{} and columns_per_adc say the same in two ways; leave one of them out",
               table.where("bit_lines_per_adc"));
  if (columns) array.bit_lines_per_adc = 0;
  if (bit_lines) array.columns_per_adc = 1;
}

/// Default levels cut down to those that the ADCs can have, their most among them.
std::vector<std::int64_t> levels_within(std::vector<std::int64_t> levels, std::int64_t most) {
  const std::size_t all = levels.size();
  std::erase_if(levels, [most](std::int64_t own) { return own > most; });
  if (levels.size() < all && (levels.empty() || levels.back() != most)) levels.push_back(most);
  return levels;
}

void check_adc_levels(const ConfigTable& table, std::int64_t most,
                      std::vector<std::int64_t>& levels) {
  if (!table.has("levels")) levels = levels_within(std::move(levels), most);
  for (const std::int64_t asked : levels)
    if (asked > most)
      fail_usage(
          "{} asks for {} levels, and the ADCs of the array have {} at most (array.adc_levels); "
          "ask for fewer, or raise that",
          table.where("levels"), asked, most);
}

}  // namespace

NetworkArrays read_array(const ConfigTable& table) {
  NetworkArrays arrays;
  read_fields(table, arrays.common);
  read_adc_sharing(table, arrays.common);
  validate(arrays.common);
  for (const auto& [name, own] : table.tables("layers")) {
    LayerArray& layer = arrays.layers[name];
    layer.array = arrays.common;
    read_layer_fields(own, layer);
    read_adc_sharing(own, layer.array);
    with_context("array.layers." + toml_key(name), [&] { validate(layer.array); });
  }
  return arrays;
}

AllocateConfig RunConfig::allocate_or_default() const {
  if (allocate) return *allocate;
  AllocateConfig own;
  if (const auto most = array.most_adc_levels()) own.levels = levels_within(own.levels, *most);
  return own;
}

RunConfig read_run_config(const Config& config) {
  const ConfigTable root = config.root();
  RunConfig run;
  read_fields(root, run);
  run.data = read_data(root.table("data"));
  run.model = read_model(root.table("model"), run.seed);
  run.array = read_array(root.table("array"));
  run.names_encoding = root.table("array").has("encoding");
  run.quantize = where_there(root, "quantize", read_quantize(root.table("quantize")));
  run.train = read_train(root.table("train"));
  run.retrain = where_there(root, "retrain", read_retrain(root.table("retrain"), run.train));
  run.adc = read_adc(root.table("adc"));
  run.search = read_search(root.table("search"));
  run.compare = read_compare(root.table("compare"));
  run.allocate = where_there(root, "allocate", read_allocate(root.table("allocate")));
  if (const auto most = run.array.most_adc_levels()) {
    check_adc_levels(root.table("search"), *most, run.search.levels);
    if (run.allocate) check_adc_levels(root.table("allocate"), *most, run.allocate->levels);
  }
  if (run.search.ranges.empty() && !run.allocate)
    fail_usage("{} is empty; name at least one way to ranges, \"layer-wise\" for example",
               root.table("search").where("ranges"));
  root.table("explain");
  run.explain = where_there(root, "explain", ExplainConfig{});
  run.cost = where_there(root, "cost", read_cost(root.table("cost")));
  read_fields(root.table("profile"), run.profile);
  config.check_all_used();
  run.as_used = config.to_toml();
  run.folder = config.folder();
  return run;
}

std::map<std::string, std::string> config_defaults() {
  // Every key is asked for, whatever the file holds; without a network it would be refused.
  const Config config = Config::from_text("model.name = 'vgg9'", "defaults");
  read_run_config(config);
  return config.defaults();
}

}  // namespace bitline
