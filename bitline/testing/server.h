// A web server on this machine for tests, so that they need no network.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bitline::test {

/// How a TestServer answers.
struct ServerHabits {
  bool ranges = true;  ///< whether it knows "Range: bytes=N-"
  /// It hangs up after so many bytes of a file.
  std::size_t most_bytes = std::numeric_limits<std::size_t>::max();
};

/// Content of each file by its path on the server.
using ServedFiles = std::map<std::string, std::string>;

/// Serves `files`, by path ("/a/b.gz"), one request for each connection, from a thread of its own
/// until it is destroyed.
class TestServer {
 public:
  explicit TestServer(ServedFiles files, ServerHabits habits = {})
      : files_(std::move(files)),
        habits_(habits),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    ::setenv("no_proxy", "127.0.0.1", 1);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, generic, size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TestServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  /// Path and first byte asked for, of each request: "/a.gz 0".
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (true) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      answer(connection);
      ::close(connection);
    }
  }

  void answer(int connection) {
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) request += byte;
    const std::size_t path_end = request.find(' ', 4);
    if (path_end == std::string::npos) return;
    const std::string path = request.substr(4, path_end - 4);
    constexpr std::string_view kRange = "Range: bytes=";
    const std::size_t range = request.find(kRange);
    const std::size_t first =
        range == std::string::npos ? 0 : std::stoul(request.substr(range + kRange.size()));
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(fmt::format("{} {}", path, first));
    }
    send_text(connection, response(path, habits_.ranges ? first : 0));
  }

  std::string response(const std::string& path, std::size_t first) const {
    const auto found = files_.find(path);
    if (found == files_.end()) return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    const std::string& file = found->second;
    if (first > 0 && first >= file.size())
      return "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n";
    const std::string status =
        first == 0 ? "200 OK"
                   : fmt::format("206 Partial Content\r\nContent-Range: bytes {}-{}/{}", first,
                                 file.size() - 1, file.size());
    return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", status,
                       file.size() - first) +
           file.substr(first, habits_.most_bytes);
  }

  static void send_text(int connection, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  ServedFiles files_;
  ServerHabits habits_;
  int listener_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace bitline::test
