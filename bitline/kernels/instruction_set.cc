#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bitline/kernels/instruction_set.cc"
#include "bitline/kernels/highway_targets.h"
// Includes this file once for each instruction set.
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bitline {
namespace HWY_NAMESPACE {

/// What the code of this instruction set calls itself.
std::int64_t own_target() { return HWY_TARGET; }

}  // namespace HWY_NAMESPACE
}  // namespace bitline
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <fmt/ranges.h>

#include <cstdlib>

#include "bitline/base/fail.h"
#include "bitline/kernels/instruction_set.h"

namespace bitline {
namespace {

HWY_EXPORT(own_target);

std::string_view name_of_target(std::int64_t target) {
  switch (target) {
    case HWY_AVX3_DL:
      return "avx512-bitalg";
    case HWY_AVX3:
      return "avx512";
    case HWY_AVX2:
      return "avx2";
    case HWY_SSE4:
      return "sse4";
    case HWY_SSSE3:
      return "ssse3";
    case HWY_NEON:
      return "neon";
    default:
      return "scalar";
  }
}

/// All targets of the processor, whatever is forced.
std::vector<std::int64_t> targets() {
  const std::int64_t forced = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(0);
  std::vector<std::int64_t> all = hwy::SupportedAndGeneratedTargets();
  hwy::SetSupportedTargetsForTest(forced);
  return all;
}

}  // namespace

std::vector<std::string_view> instruction_sets() {
  std::vector<std::string_view> names;
  for (const std::int64_t target : targets()) names.push_back(name_of_target(target));
  return names;
}

void force_instruction_set(std::string_view name) {
  for (const std::int64_t target : targets())
    if (name_of_target(target) == name) return hwy::SetSupportedTargetsForTest(target);
  fail_usage("instruction set {} is not one that this processor and this build have: {}", name,
             fmt::join(instruction_sets(), ", "));
}

void choose_instruction_set() {
  static const bool chosen = [] {
    if (const char* name = std::getenv("BITLINE_ISA"); name != nullptr)
      with_context("BITLINE_ISA", [name] { force_instruction_set(name); });
    return true;
  }();
  (void)chosen;
}

std::string_view instruction_set() { return name_of_target(HWY_DYNAMIC_DISPATCH(own_target)()); }

bool has_dot_products() { return HWY_DYNAMIC_DISPATCH(own_target)() == HWY_AVX3_DL; }

}  // namespace bitline
#endif
