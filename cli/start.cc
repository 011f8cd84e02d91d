// The executable. It needs nothing but the C library, so that Ctrl-C and SIGTERM are heeded from
// its first moment on: the program, bitline_program.so, brings some fifty libraries, and a machine
// that is busy takes a while to load them.
#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "cli/program.h"

namespace {

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

/// As stop_on_ctrl_c(), which takes over once the program is there.
void heed_signals() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// `name` in `folder` beside this executable; null where it is not there, or cannot be opened.
void* open_beside(const char* folder) {
  char path[8192];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path / 2);
  if (length <= 0) return nullptr;
  path[length] = '\0';
  char* const name = std::strrchr(path, '/') + 1;
  std::snprintf(name, sizeof path - static_cast<std::size_t>(name - path), "%s%s", folder,
                bitline::cli::kProgramFile);
  return access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  heed_signals();
  void* program = nullptr;
  const char* const folders[] = {"", BITLINE_PROGRAM_FOLDER};  // where it is built, where installed
  for (const char* folder : folders)
    if (program == nullptr) program = open_beside(folder);
  void* const entry = program == nullptr ? nullptr : dlsym(program, bitline::cli::kProgramFunction);
  if (entry == nullptr) {
    const char* const reason = dlerror();
    std::fprintf(stderr, "bitline: cannot open %s: %s\n", bitline::cli::kProgramFile,
                 reason == nullptr ? "it is not beside this program; install it again" : reason);
    return 1;
  }
  return reinterpret_cast<bitline::cli::ProgramFunction>(entry)(argc, argv, &stop_requested);
}
