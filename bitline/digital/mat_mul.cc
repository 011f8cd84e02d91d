// Products of two values' matrices.
#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/digital/broadcast.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {
namespace {

constexpr std::int64_t kGrain = 8;  // rows of the result that one thread takes at least

/// row += Σ_k a[k] · b[k, :], one k after the other.
void multiply_row(const float* a, std::int64_t inner, const float* b, std::int64_t columns,
                  float* row) {
  for (std::int64_t k = 0; k < inner; ++k) {
    const float factor = a[k];
    const float* from = b + k * columns;
    for (std::int64_t j = 0; j < columns; ++j) row[j] += factor * from[j];
  }
}

Shape without_matrix(const Shape& shape) { return {shape.begin(), shape.end() - 2}; }

}  // namespace

Tensor mat_mul(const Tensor& a, const Tensor& b) {
  if (a.shape().size() < 2 || b.shape().size() < 2 ||
      a.shape().back() != b.dim(b.shape().size() - 2))
    fail("cannot multiply matrices of shapes {} and {}", to_string(a.shape()),
         to_string(b.shape()));
  const std::int64_t rows = a.dim(a.shape().size() - 2);
  const std::int64_t inner = a.shape().back();
  const std::int64_t columns = b.shape().back();
  const Broadcast batch(without_matrix(a.shape()), without_matrix(b.shape()));
  Shape shape = batch.shape();
  shape.insert(shape.end(), {rows, columns});
  Tensor result(DType::kF32, shape);
  const float* of_a = a.data<float>().data();
  const float* of_b = b.data<float>().data();
  float* to = result.data<float>().data();
  const std::int64_t matrices = element_count(batch.shape());
  parallel_for(0, matrices * rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t matrix = i / rows;
      batch.for_each_run(matrix, matrix + 1, [&](const Run& run) {
        multiply_row(of_a + (run.a * rows + i % rows) * inner, inner,
                     of_b + run.b * inner * columns, columns, to + i * columns);
      });
    }
  });
  return result;
}

}  // namespace bitline::digital
