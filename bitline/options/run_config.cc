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

}  // namespace

NetworkArrays read_array(const ConfigTable& table) {
  NetworkArrays arrays;
  read_fields(table, arrays.common);
  validate(arrays.common);
  for (const auto& [name, own] : table.tables("layers")) {
    LayerArray& layer = arrays.layers[name];
    layer.array = arrays.common;
    read_layer_fields(own, layer);
    with_context("array.layers." + toml_key(name), [&] { validate(layer.array); });
  }
  return arrays;
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
