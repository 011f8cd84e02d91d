// Functions of each element.
#include <algorithm>
#include <cmath>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/digital/broadcast.h"
#include "bitline/digital/digital.h"
#include "bitline/graph/shape_rules.h"

namespace bitline::digital {
namespace {

constexpr std::int64_t kGrain = 4096;  // elements that one thread takes at least

template <typename Element = float, typename Function>
Tensor map(const Tensor& x, const Function& function) {
  Tensor y(x.dtype(), x.shape());
  const Element* from = x.data<Element>().data();
  Element* to = y.data<Element>().data();
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

/// alpha · (e^(x / width) − 1) where x is negative, x elsewhere; times `scale`.
Tensor exponential_unit(const Tensor& x, double alpha, double width, double scale) {
  return map_in_double(
      x, [=](double v) { return scale * (v < 0 ? alpha * std::expm1(v / width) : v); });
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

/// 1 where the comparison holds, 0 elsewhere.
template <typename Element>
Element compare(BinaryFunction function, Element a, Element b) {
  switch (function) {
    case BinaryFunction::kEqual:
      return static_cast<Element>(a == b);
    case BinaryFunction::kGreater:
      return static_cast<Element>(a > b);
    case BinaryFunction::kGreaterOrEqual:
      return static_cast<Element>(a >= b);
    case BinaryFunction::kLess:
      return static_cast<Element>(a < b);
    case BinaryFunction::kLessOrEqual:
      return static_cast<Element>(a <= b);
    default:
      fail("'{}' compares nothing", name_of(function));
  }
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
    case BinaryFunction::kMax:
      return zip<float>(a, b, [](float u, float v) { return std::isnan(v) || u < v ? v : u; });
    case BinaryFunction::kMin:
      return zip<float>(a, b, [](float u, float v) { return std::isnan(v) || v < u ? v : u; });
    default:
      return zip<float>(a, b, [function](float u, float v) { return compare(function, u, v); });
  }
}

std::int64_t integer_of(UnaryFunction function, std::int64_t x) {
  if (function != UnaryFunction::kAbs && function != UnaryFunction::kNeg)
    fail("'{}' works on F32 only, not on I64", name_of(function));
  if (function == UnaryFunction::kAbs && x >= 0) return x;
  if (x == std::numeric_limits<std::int64_t>::min())
    fail("{} of the integer {} does not fit 64 bits", name_of(function), x);
  return -x;
}

std::int64_t integer_function(BinaryFunction function, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  if (is_comparison(function)) return compare(function, a, b);
  switch (function) {
    case BinaryFunction::kMax:
      return std::max(a, b);
    case BinaryFunction::kMin:
      return std::min(a, b);
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

/// The elements of `x` as they meet those of a value of `shape`.
template <typename Element>
Tensor expanded(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  return zip<Element>(x, Tensor(x.dtype(), shape), [](Element v, Element) { return v; });
}

template <typename Flag, typename Element>
Tensor pick(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const Shape shape = broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape()));
  const Tensor flags = expanded<Flag>(condition, shape);
  const Tensor yes = expanded<Element>(a, shape);
  const Tensor no = expanded<Element>(b, shape);
  Tensor result(a.dtype(), shape);
  const Flag* flag = flags.data<Flag>().data();
  const Element* first = yes.data<Element>().data();
  const Element* second = no.data<Element>().data();
  Element* to = result.data<Element>().data();
  parallel_for(0, result.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = flag[i] != 0 ? first[i] : second[i];
  });
  return result;
}

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype())
    fail("'where' chooses between {} and {}; both have to be of one type", name_of(a.dtype()),
         name_of(b.dtype()));
  const bool picks_integers = a.dtype() == DType::kI64;
  if (condition.dtype() == DType::kI64)
    return picks_integers ? pick<std::int64_t, std::int64_t>(condition, a, b)
                          : pick<std::int64_t, float>(condition, a, b);
  return picks_integers ? pick<float, std::int64_t>(condition, a, b)
                        : pick<float, float>(condition, a, b);
}

Tensor apply(const Unary& unary, const Tensor& x) {
  const auto alpha = static_cast<float>(unary.alpha);
  const auto beta = static_cast<float>(unary.beta);
  if (x.dtype() == DType::kI64)
    return map<std::int64_t>(x, [&](std::int64_t v) { return integer_of(unary.function, v); });
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
    case UnaryFunction::kAbs:
      return map(x, [](float v) { return std::abs(v); });
    case UnaryFunction::kNeg:
      return map(x, [](float v) { return -v; });
    case UnaryFunction::kExp:
      return map_in_double(x, [](double v) { return std::exp(v); });
    case UnaryFunction::kLog:
      return map_in_double(x, [](double v) { return std::log(v); });
    case UnaryFunction::kElu:
      return exponential_unit(x, unary.alpha, 1, 1);
    case UnaryFunction::kCelu:
      return exponential_unit(x, unary.alpha, unary.alpha, 1);
    case UnaryFunction::kSelu:
      return exponential_unit(x, unary.alpha, 1, unary.beta);
    case UnaryFunction::kSoftplus:
      return map_in_double(
          x, [](double v) { return std::max(v, 0.0) + std::log1p(std::exp(-std::abs(v))); });
    case UnaryFunction::kSoftsign:
      return map_in_double(x, [](double v) { return v / (1 + std::abs(v)); });
    case UnaryFunction::kNonZero:
      return map(x, [](float v) { return v != 0 ? 1.0F : 0.0F; });
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
