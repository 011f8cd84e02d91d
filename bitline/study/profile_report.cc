#include "bitline/study/profile_report.h"

#include "bitline/profile/layer_profile.h"

namespace bitline {
namespace {

LayerProfile profile_of(const std::string& name, const LayerHistogram& histogram) {
  LayerProfile profile{name, {}};
  for (std::int64_t tile = 0; tile < histogram.tiles(); ++tile)
    for (std::int64_t plane = 0; plane < histogram.planes(); ++plane)
      for (std::int64_t stream = 0; stream < histogram.streams(); ++stream) {
        std::optional<std::int64_t> own_tile;
        if (histogram.by_tile()) own_tile = tile;
        profile.parts.push_back({own_tile, plane, stream, histogram.of(plane, stream, tile)});
      }
  return profile;
}

}  // namespace

ProfileFiles profile_files(const Executor& executor, const HistogramMap& histograms) {
  std::vector<LayerProfile> profiles;
  for (const CimLayer* layer : executor.cim_layers())
    profiles.push_back(profile_of(layer->name, histograms.at(layer->name)));
  return {counts_csv(profiles), statistics_csv(profiles), histograms_npz(profiles)};
}

}  // namespace bitline
