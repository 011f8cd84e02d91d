// Tensors that tests put together and take apart.
#pragma once

#include <numeric>
#include <vector>

#include "bitline/base/parallel.h"
#include "bitline/base/tensor.h"

namespace bitline::test {

inline Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), values);
}

inline Tensor integers(Shape shape, const std::vector<std::int64_t>& values) {
  return Tensor::of<std::int64_t>(std::move(shape), values);
}

/// first, first + 1, …
inline Tensor counted(Shape shape, float first = 1) {
  Tensor tensor(DType::kF32, std::move(shape));
  std::iota(tensor.data<float>().begin(), tensor.data<float>().end(), first);
  return tensor;
}

template <typename Element = float>
std::vector<Element> values_of(const Tensor& tensor) {
  const auto data = tensor.data<Element>();
  return {data.begin(), data.end()};
}

/// Whether `make` gives the same floats on one thread and on three.
template <typename Make>
bool same_on_any_threads(const Make& make) {
  const int before = thread_count();
  set_thread_count(1);
  const std::vector<float> alone = values_of(make());
  set_thread_count(3);
  const std::vector<float> shared = values_of(make());
  set_thread_count(before);
  return alone == shared;
}

}  // namespace bitline::test
