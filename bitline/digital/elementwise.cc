// Functions of each element.
#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/digital/broadcast.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {
namespace {

constexpr std::int64_t kGrain = 4096;  // elements that one thread takes at least

template <typename Function>
Tensor map(const Tensor& x, const Function& function) {
  Tensor y(DType::kF32, x.shape());
  const float* from = x.data<float>().data();
  float* to = y.data<float>().data();
  parallel_for(0, x.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::transform(from + begin, from + end, to + begin, function);
  });
  return y;
}

/// A function that is worked out in double and rounded once.
template <typename Function>
Tensor map_in_double(const Tensor& x, const Function& function) {
  return map(x, [&](float v) { return static_cast<float>(function(static_cast<double>(v))); });
}

Tensor truncate(const Tensor& x, double step, double divisor) {
  if (!(step > 0) || !(divisor > 0))
    fail("truncation with a step of {} and a divisor of {}; both have to be positive", step,
         divisor);
  return map(x, [=](float v) {
    const double integer = std::nearbyint(static_cast<double>(v) / step);
    return static_cast<float>(step * std::floor(integer / divisor));
  });
}

float unit_clamp(float v) { return std::min(std::max(v, 0.0F), 1.0F); }

template <typename Element, typename Function>
Tensor zip(const Tensor& a, const Tensor& b, const Function& function) {
  const Broadcast broadcast(a.shape(), b.shape());
  Tensor result(a.dtype(), broadcast.shape());
  const Element* of_a = a.data<Element>().data();
  const Element* of_b = b.data<Element>().data();
  Element* to = result.data<Element>().data();
  parallel_for(0, result.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    broadcast.for_each_run(begin, end, [&](const Run& run) {
      const Element* first_a = of_a + run.a;
      const Element* first_b = of_b + run.b;
      Element* first = to + run.result;
      if (run.step_a == 1 && run.step_b == 1) {
        std::transform(first_a, first_a + run.count, first_b, first, function);
      } else if (run.step_a == 1) {
        std::transform(first_a, first_a + run.count, first,
                       [&, other = *first_b](Element v) { return function(v, other); });
      } else if (run.step_b == 1) {
        std::transform(first_b, first_b + run.count, first,
                       [&, other = *first_a](Element v) { return function(other, v); });
      } else {
        std::fill_n(first, run.count, function(*first_a, *first_b));
      }
    });
  });
  return result;
}

Tensor apply_to_floats(BinaryFunction function, const Tensor& a, const Tensor& b) {
  switch (function) {
    case BinaryFunction::kAdd:
      return zip<float>(a, b, [](float u, float v) { return u + v; });
    case BinaryFunction::kSub:
      return zip<float>(a, b, [](float u, float v) { return u - v; });
    case BinaryFunction::kMul:
      return zip<float>(a, b, [](float u, float v) { return u * v; });
    case BinaryFunction::kDiv:
      return zip<float>(a, b, [](float u, float v) { return u / v; });
    case BinaryFunction::kPow:
      return zip<float>(a, b, [](float u, float v) {
        return static_cast<float>(std::pow(static_cast<double>(u), static_cast<double>(v)));
      });
    case BinaryFunction::kPRelu:
      return zip<float>(a, b, [](float u, float v) { return u < 0 ? u * v : u; });
  }
  fail("binary function {} is not known", static_cast<int>(function));
}

std::int64_t integer_function(BinaryFunction function, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (function) {
    case BinaryFunction::kAdd:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case BinaryFunction::kSub:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case BinaryFunction::kMul:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    case BinaryFunction::kDiv:
      if (b == 0) fail("integer division of {} by 0", a);
      overflow = b == -1 && __builtin_sub_overflow(std::int64_t{0}, a, &result);
      result = overflow ? 0 : a / b;
      break;
    default:
      fail("'{}' works on F32 only, not on I64", name_of(function));
  }
  if (overflow) fail("{} of the integers {} and {} does not fit 64 bits", name_of(function), a, b);
  return result;
}

}  // namespace

Tensor apply(const Unary& unary, const Tensor& x) {
  const auto alpha = static_cast<float>(unary.alpha);
  const auto beta = static_cast<float>(unary.beta);
  switch (unary.function) {
    case UnaryFunction::kClip:
      return map(x, [=](float v) { return std::min(std::max(v, alpha), beta); });
    case UnaryFunction::kLeakyRelu:
      return map(x, [=](float v) { return v < 0 ? alpha * v : v; });
    case UnaryFunction::kSigmoid:
      return map_in_double(x, [](double v) { return 1 / (1 + std::exp(-v)); });
    case UnaryFunction::kHardSigmoid:
      return map(x, [=](float v) { return unit_clamp(alpha * v + beta); });
    case UnaryFunction::kHardSwish:
      return map(x, [](float v) { return v * unit_clamp(v / 6 + 0.5F); });
    case UnaryFunction::kTanh:
      return map_in_double(x, [](double v) { return std::tanh(v); });
    case UnaryFunction::kErf:
      return map_in_double(x, [](double v) { return std::erf(v); });
    case UnaryFunction::kSqrt:
      return map_in_double(x, [](double v) { return std::sqrt(v); });
    case UnaryFunction::kTruncate:
      return truncate(x, unary.alpha, unary.beta);
  }
  fail("unary function {} is not known", static_cast<int>(unary.function));
}

Tensor apply(const Binary& binary, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype())
    fail("'{}' of {} and {}; both have to be of one type", name_of(binary.function),
         name_of(a.dtype()), name_of(b.dtype()));
  if (a.dtype() != DType::kI64) return apply_to_floats(binary.function, a, b);
  return zip<std::int64_t>(a, b, [&](std::int64_t u, std::int64_t v) {
    return integer_function(binary.function, u, v);
  });
}

}  // namespace bitline::digital
