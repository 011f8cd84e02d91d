// The one error type of Bitline. What throws one is in fail.h.
#pragma once

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
  /// `message` is one line.
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  /// What a caller can do about it.
  ErrorKind kind() const { return kind_; }
  /// The message.
  const char* what() const noexcept override { return message_.c_str(); }

  /// Puts `context` and a colon before the message, on the way up: "layer conv3: delta 200 ...".
  void add_context(std::string_view context);

 private:
  ErrorKind kind_;
  std::string message_;
};

}  // namespace bitline
