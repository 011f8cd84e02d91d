#include "bitline/exporter/golden.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/json.h"
#include "bitline/base/version.h"
#include "bitline/exporter/golden_folder.h"

namespace bitline {
namespace {

constexpr int kVersion = 1;

/// A layer's name with what no file system takes offence at, used once.
std::string folder_name(const std::string& layer, std::set<std::string>& used) {
  std::string name = layer;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '-'; }, '_');
  std::string unused = name;
  for (int i = 2; !used.insert(unused).second; ++i) unused = fmt::format("{}_{}", name, i);
  return unused;
}

Json fraction(const Rational& value) {
  return Json::array({value.numerator(), value.denominator()});
}

Json describe(const CodeTable& table) {
  return {{"minimum", table.minimum},       {"maximum", table.maximum},
          {"lossless", table.lossless},     {"levels", table.levels()},
          {"thresholds", table.thresholds}, {"values", table.values},
          {"unit", fraction(table.unit)}};
}

Json describe(const GoldenArray& array) {
  return {{"file", array.file},
          {"width", array.format.width},
          {"signed", array.format.is_signed},
          {"shape", array.shape},
          {"axes", array.axes}};
}

/// s of every column, [plane][channel][tile].
Json column_signs(const CimLayer& layer) {
  Json signs = Json::array();
  for (std::int64_t i = 0; i < layer.planes.count(); ++i) {
    Json& plane = signs.emplace_back(Json::array());
    for (std::int64_t channel = 0; channel < layer.geometry.out_channels; ++channel) {
      Json& column = plane.emplace_back(Json::array());
      for (std::int64_t t = 0; t < std::ssize(layer.tiles); ++t)
        column.push_back(layer.planes.sign(i, channel, t));
    }
  }
  return signs;
}

Json describe_recombination(const GoldenLayer& golden) {
  const CimLayer& layer = *golden.layer;
  Json json{{"plane_weights", layer.planes.weights},
            {"stream_weights", layer.streams.weights},
            {"subtract_digitally", layer.subtract_digitally},
            {"adc_factor", golden.adc.adc_factor},
            {"reference_factor", golden.adc.reference_factor},
            {"input_sum_factor", golden.adc.input_sum_factor},
            {"unit", fraction(golden.adc.unit)}};
  if (layer.planes.has_flips()) {
    json["complement_factor"] = golden.adc.complement_factor;
    json["column_signs"] = column_signs(layer);
    json["flip_totals"] = layer.planes.flip_totals;
  }
  return json;
}

Json describe_geometry(const ConvGeometry& g) {
  const Padding& p = g.padding;
  return {{"in_channels", g.in_channels},
          {"in_height", g.in_height},
          {"in_width", g.in_width},
          {"out_channels", g.out_channels},
          {"kernel", {g.kernel_height, g.kernel_width}},
          {"stride", {g.stride.height, g.stride.width}},
          {"dilation", {g.dilation.height, g.dilation.width}},
          {"padding", {p.top, p.left, p.bottom, p.right}},
          {"groups", g.groups}};
}

Json describe(const GoldenLayer& golden, const std::string& folder) {
  const CimLayer& layer = *golden.layer;
  Json files = Json::array();
  for (const GoldenArray& array : golden_arrays(golden)) files.push_back(describe(array));
  Json json{{"layer", layer.name},
            {"folder", folder},
            {"encoding", name_of(layer.array.encoding)},
            {"column_flip", name_of(layer.array.column_flip)},
            {"geometry", describe_geometry(layer.geometry)},
            {"weight_scale", layer.weight_scale},
            {"input_scale", layer.input_scale},
            {"input_zero_point", layer.input_zero_point},
            {"pad_value", layer.pad_value},
            {"tiles", layer.tiles},
            {"adc", describe(golden.adc.tables.front())}};
  if (golden.adc.tables.size() > 1) {
    json["adc"] = Json::array();
    for (const CodeTable& table : golden.adc.tables) json["adc"].push_back(describe(table));
  }
  if (layer.has_reference_column()) json["reference_adc"] = describe(golden.adc.reference);
  json["recombination"] = describe_recombination(golden);
  json["files"] = std::move(files);
  return json;
}

void check_size(std::span<const GoldenLayer> layers) {
  std::int64_t bytes = 0;
  for (const GoldenLayer& golden : layers)
    for (const GoldenArray& array : golden_arrays(golden)) bytes += array.bytes();
  constexpr std::int64_t kMiB = std::int64_t{1} << 20;
  if (bytes > kMostGoldenBytes)
    fail_usage(
        "golden vectors of {} layers take {} MiB, more than {} MiB; choose fewer with --layers, or "
        "fewer images with --images",
        layers.size(), bytes / kMiB, kMostGoldenBytes / kMiB);
}

void write_layer(const std::filesystem::path& folder, const GoldenLayer& golden) {
  make_folder(folder);
  const std::vector<GoldenArray> arrays = golden_arrays(golden);
  compute_golden(golden, [&](std::size_t i, const std::vector<std::int64_t>& words) {
    BITLINE_CHECK_EQ(std::ssize(words), element_count(arrays.at(i).shape));
    write_file_atomically(folder / arrays[i].file, to_hex(words, arrays[i].format));
  });
}

/// (6), and (2a) where columns are flipped, over the names of each layer's "recombination".
constexpr std::string_view kFormula[] = {
    "Y_int = adc_factor * sum_t sum_i sum_j column_signs[i][channel][t] * plane_weights[i]"
    " * stream_weights[j] * values[adc_code]",
    "- reference_factor * sum_t sum_j stream_weights[j] * reference_values[reference_adc_code]",
    "- input_sum_factor * sum_k inputs[k]",
    "+ complement_factor * sum_t sum_{i flipped} plane_weights[i] * flip_totals[i]"
    " * sum_{k in tile t} inputs[k]",
    "A column is flipped where its sign is -1; without column_signs, all are +1. values[code] of a"
    " digitally subtracted pair is the positive column's less the negative's. Y_int is in units of"
    " recombination.unit; the real output is Y_int * unit * weight_scale * input_scale, less what"
    " the input's zero point adds.",
};

Json describe(const GoldenOrigin& origin) {
  return {{"version", kVersion},
          {"program", version()},
          {"revision", git_revision()},
          {"network", origin.network},
          {"network_hash", origin.network_hash},
          {"plan_hash", origin.plan_hash},
          {"seed", origin.seed},
          {"images", origin.images},
          {"formula", kFormula},
          {"layers", Json::array()}};
}

}  // namespace

void write_golden(const std::filesystem::path& folder, const GoldenOrigin& origin,
                  std::span<const GoldenLayer> layers, const Job& job) {
  check_size(layers);
  Json manifest = describe(origin);
  std::set<std::string> used;
  for (const GoldenLayer& golden : layers)
    manifest["layers"].push_back(describe(golden, folder_name(golden.layer->name, used)));
  begin_golden_folder(folder, manifest);
  job.progress.begin("golden vectors", std::ssize(layers));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    job.cancellation.check();
    const std::string name = manifest["layers"][i].at("folder");
    with_context(fmt::format("layer {}", layers[i].layer->name),
                 [&] { write_layer(folder / name, layers[i]); });
    job.progress.update(static_cast<std::int64_t>(i) + 1, layers[i].layer->name);
  }
  job.progress.end();
  finish_golden_folder(folder);
}

}  // namespace bitline
