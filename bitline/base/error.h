// The one error type of Bitline, and the checks that guard its invariants.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace bitline {

/// What a caller can do about an error; the command line turns it into an exit code.
enum class ErrorKind {
  kUsage,        ///< the command line or the configuration is wrong (exit code 2)
  kFailure,      ///< a file, the data or the machine let us down (exit code 1)
  kInterrupted,  ///< the user asked to stop (exit code 130)
  kBug,          ///< a broken invariant of Bitline itself (exit code 1)
};

/// Carries a one-line message that names the thing, its value, the limit and the remedy.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// Puts `context` and a colon before the message, on the way up: "layer conv3: delta 200 ...".
  void add_context(std::string_view context) {
    message_ = fmt::format("{}: {}", context, message_);
  }

 private:
  ErrorKind kind_;
  std::string message_;
};

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
