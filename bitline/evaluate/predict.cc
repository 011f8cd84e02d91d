#include "bitline/evaluate/predict.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/data/normalizer.h"
#include "bitline/evaluate/scoring.h"

namespace bitline {
namespace {

constexpr std::int64_t kBatchImages = 64;

}  // namespace

void for_each_batch(const Dataset& dataset, const Normalization& normalization,
                    std::string_view task, const Job& job,
                    const std::function<void(std::int64_t, const Tensor&)>& body) {
  const Normalizer normalizer(normalization);
  job.progress.begin(task, dataset.size());
  for (std::int64_t first = 0; first < dataset.size(); first += kBatchImages) {
    job.cancellation.check();
    const std::int64_t last = std::min(first + kBatchImages, dataset.size());
    std::vector<std::int64_t> indices(static_cast<std::size_t>(last - first));
    std::iota(indices.begin(), indices.end(), first);
    body(first, normalizer.apply(subset(dataset, indices).images));
    job.progress.update(last, "");
  }
  job.progress.end();
}

Tensor predict(const Executor& executor, const PreparedPlan& plan, const Dataset& dataset,
               const Normalization& normalization, std::string_view task, const Job& job,
               HistogramMap* histograms) {
  Tensor all;
  for_each_batch(dataset, normalization, task, job, [&](std::int64_t first, const Tensor& images) {
    const Tensor logits = executor.logits(images, plan, histograms);
    const std::int64_t classes = logits.dim(1);
    if (!std::ranges::all_of(logits.data<float>(),
                             [](float logit) { return std::isfinite(logit); }))
      fail("network '{}' answers some of images {} to {} with what is no finite number",
           executor.network().name, first, first + images.dim(0) - 1);
    if (first == 0) all = Tensor(DType::kF32, {dataset.size(), classes});
    std::ranges::copy(logits.data<float>(), all.data<float>().begin() + first * classes);
  });
  return all;
}

std::vector<bool> right_answers(const Tensor& logits, const Dataset& dataset) {
  const std::vector<std::int32_t> classes = predicted_classes(logits);
  std::vector<bool> right(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) right[i] = classes[i] == dataset.labels[i];
  return right;
}

}  // namespace bitline
