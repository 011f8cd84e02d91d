// A program that is interrupted while it is loaded; then it goes on as the real one.
#include <dlfcn.h>

#include <csignal>
#include <cstdlib>

#include "cli/program.h"

namespace {

[[maybe_unused]] const int interrupted = std::raise(SIGINT);

}  // namespace

extern "C" int bitline_main(int argc, char** argv, const volatile std::sig_atomic_t* stopped) {
  void* const real = dlopen(BITLINE_REAL_PROGRAM, RTLD_NOW | RTLD_GLOBAL);
  if (real == nullptr) return EXIT_FAILURE;
  void* const entry = dlsym(real, bitline::cli::kProgramFunction);
  return reinterpret_cast<bitline::cli::ProgramFunction>(entry)(argc, argv, stopped);
}
