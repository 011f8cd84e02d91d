// What a test says of an error that is due.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "bitline/base/error.h"

namespace bitline::test {

/// The message of the Error that `body` throws; "nothing was thrown" where it throws none.
template <typename Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// The message of the Error that `body` throws, which is of this kind and of one line.
template <typename Body>
std::string message_of(ErrorKind kind, const Body& body) {
  return message_of([&] {
    try {
      body();
    } catch (const Error& error) {
      EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(kind)) << error.what();
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      throw;
    }
  });
}

/// That of a mistake of the user.
template <typename Body>
std::string usage_error(const Body& body) {
  return message_of(ErrorKind::kUsage, body);
}

/// `body` throws an Error of this kind whose message contains `part`.
template <typename Body>
void expect_error(ErrorKind kind, const std::string& part, const Body& body) {
  const std::string message = message_of(kind, body);
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace bitline::test
