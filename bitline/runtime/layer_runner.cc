#include "bitline/runtime/layer_runner.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/mapping/map.h"
#include "bitline/runtime/pointwise.h"
#include "bitline/runtime/real_parameter.h"
#include "bitline/runtime/zero_point.h"

namespace bitline {
namespace {

/// Activations with the digit of one stream alone, and with all but that.
struct SplitInput {
  Value own, others;
};

SplitInput split(const Value& input, const InputStreams& streams, std::int64_t stream) {
  SplitInput parts{input, input};
  parts.own.data = Tensor(DType::kI32, input.data.shape());
  parts.others.data = Tensor(DType::kI32, input.data.shape());
  const auto all = input.data.data<std::int32_t>();
  const auto own = parts.own.data.data<std::int32_t>();
  const auto others = parts.others.data.data<std::int32_t>();
  const std::int64_t weight = streams.weights[static_cast<std::size_t>(stream)];
  for (std::size_t i = 0; i < all.size(); ++i) {
    own[i] = static_cast<std::int32_t>(weight * streams.digit(all[i], stream));
    others[i] = all[i] - own[i];
  }
  return parts;
}

/// Exact sums as F64, whichever of F32 and F64 they are held in.
std::vector<double> as_doubles(const Tensor& exact) {
  if (exact.dtype() == DType::kF64)
    return {exact.data<double>().begin(), exact.data<double>().end()};
  return {exact.data<float>().begin(), exact.data<float>().end()};
}

/// max Σ|W| over the output channels, times more than |A| can be.
std::int64_t largest_exact_sum(const IntegerLayer& layer) {
  const auto weights = layer.weights.data<std::int32_t>();
  const auto rows = static_cast<std::size_t>(layer.geometry.fan_in());
  std::int64_t largest = 0;
  for (std::size_t first = 0; first < weights.size(); first += rows) {
    std::int64_t sum = 0;
    for (const std::int32_t weight : weights.subspan(first, rows)) sum += std::abs(weight);
    largest = std::max(largest, sum);
  }
  return largest << layer.input_bits;
}

/// An exact product that is prepared when it runs for the first time.
class OnFirstRun : public DenseProduct {
 public:
  explicit OnFirstRun(const IntegerLayer& layer) : layer_(layer) {}
  Tensor run(const Tensor& activations) const override { return product().run(activations); }
  std::string_view path() const override { return product().path(); }

 private:
  const DenseProduct& product() const {
    std::call_once(once_, [this] { product_ = make_dense_product(layer_); });
    return *product_;
  }

  IntegerLayer layer_;  // shares its weights
  mutable std::once_flag once_;
  mutable std::unique_ptr<DenseProduct> product_;
};

}  // namespace

LayerRunner LayerRunner::real_numbers(const Network& network, const Node& node, const Shape& in) {
  const Tensor weights = real_parameter(network, node, "weight");
  LayerRunner runner;
  runner.is_real_ = true;
  runner.scale_ = {1.0};
  runner.is_linear_ = std::holds_alternative<Linear>(node.op);
  runner.geometry_ = geometry_of(node, in, weights);
  runner.dense_ = make_dense_product(runner.geometry_, weights);
  return runner;
}

LayerRunner LayerRunner::integers(const IntegerLayer& layer, const ArraySpec* array,
                                  Engine engine) {
  LayerRunner runner;
  runner.geometry_ = layer.geometry;
  runner.is_linear_ = layer.is_linear;
  for (const float scale : layer.weight_scale)
    runner.scale_.push_back(static_cast<double>(scale) * static_cast<double>(layer.input_scale));
  runner.zero_offset_ = zero_offset_of(layer, runner.scale_);
  runner.largest_sum_ = largest_exact_sum(layer);
  // Under a plan a layer on the array runs no exact product, which may take more memory than it.
  if (array != nullptr)
    runner.dense_ = std::make_unique<OnFirstRun>(layer);
  else
    runner.dense_ = make_dense_product(layer);
  if (array != nullptr) {
    runner.cim_ = std::make_unique<CimLayer>(map_layer(layer, *array, Digits::kOnDemand));
    runner.backend_ = make_backend(engine, *runner.cim_);
  }
  return runner;
}

Tensor LayerRunner::run(const Value& input, const LayerAdc* adc, LayerHistogram* histogram) const {
  if (adc == nullptr) {
    const Tensor data = is_real_ ? real(input) : input.data;
    return dense_->run(is_linear_ ? data.reshaped({rows(input), geometry_.in_channels}) : data);
  }
  Tensor sums = Tensor::for_overwrite(DType::kI64, sums_shape(rows(input)));
  backend_->accumulate(*adc, rows(input), input.data.data<std::int32_t>(),
                       sums.data<std::int64_t>(), histogram);
  return sums;
}

std::vector<std::int64_t> LayerRunner::idle_sums(const Value& input, const LayerAdc& adc,
                                                 std::int64_t stream) const {
  const std::vector<std::int64_t>& weights = cim_->streams.weights;
  const std::int64_t own = weights[static_cast<std::size_t>(stream)];
  const std::int64_t all = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  if (all == own) return {0};
  Value zeros = input;
  Shape shape = input.data.shape();
  shape.front() = 1;
  zeros.data = Tensor(DType::kI32, shape);
  const Tensor sums = run(zeros, &adc, nullptr);
  std::vector<std::int64_t> idle;
  for (const std::int64_t sum : sums.data<std::int64_t>()) idle.push_back(sum / all * (all - own));
  return idle;
}

Tensor LayerRunner::run_stream(const Value& input, const LayerAdc& adc, std::int64_t stream) const {
  BITLINE_CHECK_EQ(pads_with_zero(), true);
  Tensor sums(DType::kF64, sums_shape(rows(input)));
  const auto out = sums.data<double>();
  if (stream >= cim_->streams.count()) {
    std::ranges::copy(as_doubles(run(input, nullptr, nullptr)), out.begin());
    return sums;
  }
  const SplitInput parts = split(input, cim_->streams, stream);
  std::ranges::copy(as_doubles(run(parts.others, nullptr, nullptr)), out.begin());
  const Tensor converted = run(parts.own, &adc, nullptr);
  const auto own = converted.data<std::int64_t>();
  const std::vector<std::int64_t> idle = idle_sums(input, adc, stream);
  const double unit = adc.unit.to_double();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] += unit * static_cast<double>(own[i] - idle[i % idle.size()]);
  return sums;
}

Tensor LayerRunner::run_each(const Value& input, std::span<const LayerAdc> adcs) const {
  Tensor sums = Tensor::for_overwrite(DType::kI64, sums_shape(std::ssize(adcs) * rows(input)));
  backend_->accumulate_each(adcs, rows(input), input.data.data<std::int32_t>(),
                            sums.data<std::int64_t>());
  return sums;
}

std::vector<double> LayerRunner::output_scale(const LayerAdc* adc) const {
  std::vector<double> scale = scale_;
  if (adc != nullptr)
    for (double& s : scale) s *= adc->unit.to_double();
  return scale;
}

std::int64_t LayerRunner::rows(const Value& input) const {
  return is_linear_ ? input.data.size() / geometry_.in_channels : input.images();
}

Shape LayerRunner::sums_shape(std::int64_t rows) const {
  return {rows, geometry_.out_channels, geometry_.out_height(), geometry_.out_width()};
}

Shape LayerRunner::output_shape(const Value& input) const {
  if (!is_linear_) return sums_shape(input.images());
  Shape shape = input.data.shape();
  shape.back() = geometry_.out_channels;
  return shape;
}

}  // namespace bitline
