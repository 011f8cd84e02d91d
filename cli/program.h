// What the executable and the program that it opens know of each other.
#pragma once

#include <csignal>

namespace bitline::cli {

inline constexpr const char* kProgramFile = "bitline_program.so";
inline constexpr const char* kProgramFunction = "bitline_main";
/// As main(); `stopped` is not 0 where SIGINT or SIGTERM came while libraries were loaded.
using ProgramFunction = int (*)(int argc, char** argv, const volatile std::sig_atomic_t* stopped);

}  // namespace bitline::cli
