#include "bitline/study/column_counts.h"

#include <algorithm>

#include "bitline/base/progress_task.h"
#include "bitline/mapping/column_bias.h"

namespace bitline {

std::map<std::string, ColumnHistogram> count_columns(const Executor& executor, const Tensor& images,
                                                     const std::vector<const CimLayer*>& layers,
                                                     const Job& job) {
  constexpr std::int64_t kImagesAtOnce = 64;
  std::map<std::string, ColumnHistogram> counted;
  for (const CimLayer* layer : layers) counted.emplace(layer->name, ColumnHistogram(*layer));
  const ProgressTask task(job.progress, "count the sums of every column", images.dim(0));
  for (std::int64_t first = 0; first < images.dim(0); first += kImagesAtOnce) {
    job.cancellation.check();
    const std::int64_t last = std::min(first + kImagesAtOnce, images.dim(0));
    Values values = executor.begin(images.slice(first, last));
    std::size_t step = 0;
    for (const CimLayer* layer : layers) {
      const std::size_t own = executor.step_of(layer->name);
      executor.run(values, step, own);
      step = own;
      LayerProbe(executor, own).count_columns(values, counted.at(layer->name));
    }
    job.progress.update(last, "");
  }
  return counted;
}

ColumnSums sums_of_columns(const CimLayer& layer, const ColumnHistogram& counted) {
  const std::int64_t of_plane = counted.channels() * counted.tiles();
  const std::int64_t halves = layer.subtract_digitally ? 2 : 1;
  return {layer.sums, counted.sums(), bias_range(layer), bias_count(layer),
          [&layer, &counted, of_plane, halves](std::int64_t column) {
            const std::int64_t plane = column / of_plane;
            const std::int64_t channel = column % of_plane / counted.tiles();
            return ColumnSums::Column{
                layer.planes.weights[static_cast<std::size_t>(plane / halves)],
                counted.of(plane, channel, column % counted.tiles())};
          }};
}

}  // namespace bitline
