// Calls the bitline program as a user does, and keeps what it says.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace bitline::test {

/// How the program is called, beside its arguments.
struct Call {
  std::string program = BITLINE_PROGRAM;
  std::filesystem::path folder;         ///< where it works
  std::filesystem::path output;         ///< takes standard output
  std::filesystem::path errors;         ///< takes standard error, unless `errors_pipe` does
  int errors_pipe = -1;                 ///< an open descriptor, or -1
  rlim_t largest_file = RLIM_INFINITY;  ///< RLIMIT_FSIZE in bytes
};

/// The program while it runs.
class Process {
 public:
  Process(const std::vector<std::string>& arguments, const Call& call) {
    // All that allocates stands before fork: LibTorch may have started threads.
    std::vector<std::string> words{call.program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    id_ = ::fork();
    if (id_ == 0) become(pointers.data(), call);
  }
  ~Process() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void interrupt() const { ::kill(id_, SIGINT); }

  /// The exit code, or 1000 plus the signal that ended the program, SIGKILL after ten minutes, for
  /// what hangs on a busy machine too.
  int wait() {
    constexpr int kSignalled = 1000;
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(10);
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(id_, &status, WNOHANG)) == 0) {
      if (std::chrono::steady_clock::now() > end) ::kill(id_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
  }

 private:
  static void redirect(const char* file, int to) {
    const int from = ::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (from < 0 || ::dup2(from, to) < 0) ::_exit(kNotStarted);
  }

  [[noreturn]] static void become(char** words, const Call& call) {
    redirect(call.output.c_str(), STDOUT_FILENO);
    if (call.errors_pipe < 0)
      redirect(call.errors.c_str(), STDERR_FILENO);
    else if (::dup2(call.errors_pipe, STDERR_FILENO) < 0)
      ::_exit(kNotStarted);
    const rlimit limit{call.largest_file, call.largest_file};
    if (::setrlimit(RLIMIT_FSIZE, &limit) == 0 && ::chdir(call.folder.c_str()) == 0)
      ::execv(words[0], words);
    ::_exit(kNotStarted);
  }

  static constexpr int kNotStarted = 127;
  pid_t id_ = 0;
};

}  // namespace bitline::test
