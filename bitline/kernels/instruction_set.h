// The instruction set that the kernels run on.
#pragma once

#include <string_view>
#include <vector>

namespace bitline {

/// Those that both this build and the processor have, the best one first: "avx512-bitalg",
/// "avx512", "avx2", "sse4", "ssse3", "neon", "scalar". The last is always there.
std::vector<std::string_view> instruction_sets();

/// Runs the kernels on this one from now on; not to be called while a kernel runs. Throws Error
/// (kUsage) with the choices when it is not one of instruction_sets().
void force_instruction_set(std::string_view name);

/// Does so with the one that BITLINE_ISA in the environment names, if any; only the first call
/// in a process does anything. Throws Error (kUsage) that names BITLINE_ISA.
void choose_instruction_set();

/// The best one, or the one that was forced: the answer comes from code of that instruction set,
/// reached as the kernels are.
std::string_view instruction_set();

/// Whether it multiplies bytes and adds the products (VNNI), which digits of several bits gain
/// from.
bool has_dot_products();

}  // namespace bitline
