#include "bitline/kernels/stream_groups.h"

#include <algorithm>

namespace bitline {
namespace {

bool have_equal_tables(std::span<const LayerAdc> adcs, std::size_t j, std::size_t k) {
  return std::ranges::all_of(adcs, [j, k](const LayerAdc& adc) {
    return adc.table(j).thresholds == adc.table(k).thresholds &&
           adc.table(j).values == adc.table(k).values;
  });
}

}  // namespace

std::int64_t StreamGroup::weight_sum() const {
  std::int64_t sum = 0;
  for (const StreamProducts& stream : streams) sum += stream.weight;
  return sum;
}

std::vector<std::vector<StreamProducts>> streams_of_equal_tables(
    std::span<const LayerAdc> adcs, const std::vector<StreamProducts>& streams) {
  std::vector<std::vector<StreamProducts>> sets;
  for (const StreamProducts& stream : streams) {
    const auto same = std::ranges::find_if(sets, [&](const std::vector<StreamProducts>& set) {
      return have_equal_tables(adcs, set.front().stream, stream.stream);
    });
    if (same == sets.end())
      sets.push_back({stream});
    else
      same->push_back(stream);
  }
  return sets;
}

std::vector<StreamGroup> stream_groups(const LayerAdc& adc, const SumRange& sums,
                                       const PackedPlanes& planes,
                                       const std::vector<StreamProducts>& streams) {
  std::vector<StreamGroup> groups;
  for (std::vector<StreamProducts>& set : streams_of_equal_tables({&adc, 1}, streams)) {
    std::vector<std::int64_t> weights;
    for (const StreamProducts& stream : set) weights.push_back(stream.weight);
    std::vector<PreparedTable> tables =
        prepare_tables(adc.table(set.front().stream), sums, planes, weights);
    groups.push_back({std::move(set), std::move(tables)});
  }
  return groups;
}

std::vector<StreamRun> stream_runs(const std::vector<StreamProducts>& streams, std::int64_t most) {
  std::vector<StreamRun> runs;
  for (const StreamProducts& stream : streams) {
    if (!runs.empty()) {
      StreamRun& run = runs.back();
      const bool doubles = stream.weight == run.weight * (std::int64_t{1} << run.count);
      const bool fits = most * ((std::int64_t{2} << run.count) - 1) <= 255;
      if (doubles && fits) {
        ++run.count;
        continue;
      }
    }
    const auto place = static_cast<std::int64_t>(&stream - streams.data());
    runs.push_back({place, 1, stream.weight});
  }
  return runs;
}

}  // namespace bitline
