// What throws an Error with a formatted message, and the checks that guard Bitline's invariants.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "bitline/base/error.h"

namespace bitline {

/// Throws an Error that the command line or the configuration caused.
template <typename... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::kUsage, fmt::format(format, std::forward<Args>(args)...));
}

/// Throws an Error that a file, the data or the machine caused.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorKind::kFailure, fmt::format(format, std::forward<Args>(args)...));
}

/// Runs `body`; an Error that leaves it gains `context`.
template <typename Body>
decltype(auto) with_context(std::string_view context, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.add_context(context);
    throw;
  }
}

namespace detail {

template <typename A, typename B>
[[noreturn]] void check_failed(const char* file, int line, const char* expression, const A& a,
                               const B& b) {
  throw Error(ErrorKind::kBug,
              fmt::format("internal error, please report it: {}:{}: {} does not hold for {} and {}",
                          file, line, expression, a, b));
}

}  // namespace detail
}  // namespace bitline

/// A broken invariant throws an Error of kind kBug that prints both values.
#define BITLINE_CHECK_OP(a, op, b)                                                              \
  do {                                                                                          \
    const auto& check_a = (a);                                                                  \
    const auto& check_b = (b);                                                                  \
    if (!(check_a op check_b))                                                                  \
      ::bitline::detail::check_failed(__FILE__, __LINE__, #a " " #op " " #b, check_a, check_b); \
  } while (false)
#define BITLINE_CHECK_EQ(a, b) BITLINE_CHECK_OP(a, ==, b)
#define BITLINE_CHECK_LE(a, b) BITLINE_CHECK_OP(a, <=, b)
#define BITLINE_CHECK_LT(a, b) BITLINE_CHECK_OP(a, <, b)
