#include "bitline/runtime/torch_part.h"

#include <dlfcn.h>
#include <link.h>

#include <cstdlib>
#include <filesystem>

#include "bitline/base/fail.h"
#include "bitline/base/version.h"

namespace bitline {
namespace {

constexpr const char* kFileName = "bitline_torch.so";
const TorchPart* opened = nullptr;
bool is_forbidden = false;

/// Empty where there is none.
std::filesystem::path part_file() {
  if (const char* named = std::getenv("BITLINE_TORCH_PART"); named != nullptr && *named != '\0')
    return named;
  Dl_info own{};
  if (::dladdr(&opened, &own) == 0 || own.dli_fname == nullptr) return {};
  std::error_code none;
  const auto here = std::filesystem::canonical(own.dli_fname, none).parent_path();
  for (const auto& folder : {here, here / "bitline"})
    if (std::filesystem::exists(folder / kFileName, none)) return folder / kFileName;
  return {};
}

template <typename Function>
Function function_of(void* object, const char* name, const std::filesystem::path& file) {
  void* const symbol = ::dlsym(object, name);
  if (symbol == nullptr)
    fail("{} is no LibTorch part of Bitline: it lacks {}", file.string(), name);
  return reinterpret_cast<Function>(symbol);
}

/// A LibTorch that the process has and the part was not linked with; empty where there is none.
/// The part's is known by the name of its file, which holds its version.
std::string other_libtorch() {
  std::string found;
  const auto look = [](dl_phdr_info* object, std::size_t, void* result) {
    std::error_code none;
    const auto path = std::filesystem::canonical(object->dlpi_name, none);  // empty for the program
    const std::string name = path.filename().string();
    if (!name.starts_with("libtorch_cpu.so") || name == BITLINE_LIBTORCH) return 0;
    *static_cast<std::string*>(result) = path.string();
    return 1;
  };
  ::dl_iterate_phdr(look, &found);
  return found;
}

bool open_part() {
  const std::filesystem::path file = part_file();
  if (file.empty()) return false;
  if (const std::string other = other_libtorch(); !other.empty())
    fail_usage(
        "LibTorch's part of Bitline cannot be opened in a process that has another LibTorch, {}: "
        "two of them write over each other; train in a process of its own, which has imported no "
        "PyTorch, or with the program",
        other);
  void* const object = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr)
    fail(
        "LibTorch's part of Bitline cannot be opened: {}; install libtorch, or remove that file "
        "to work without training",
        ::dlerror());
  const std::string build =
      function_of<const char* (*)()>(object, "bitline_torch_part_build", file)();
  if (build != build_identity())
    fail(
        "{} is of another build of Bitline, '{}'; this program is '{}'; build or install both "
        "together",
        file.string(), build, build_identity());
  function_of<void (*)()>(object, "bitline_register_torch_part", file)();
  return true;
}

}  // namespace

const TorchPart* find_torch_part() {
  if (opened == nullptr && !is_forbidden) {
    // An exception leaves it to the next call, which finds the same.
    static const bool found = open_part();
    (void)found;
  }
  return opened;
}

const TorchPart& require_torch_part(std::string_view what) {
  const TorchPart* const part = find_torch_part();
  if (part == nullptr)
    fail_usage(
        "{} needs LibTorch, and this program has no {} beside it; build it with "
        "-D BITLINE_TORCH=ON, or name that file in BITLINE_TORCH_PART",
        what, kFileName);
  return *part;
}

void set_torch_part(const TorchPart& part) { opened = &part; }

void do_without_torch_part() {
  if (opened != nullptr) fail("LibTorch's part of Bitline is open, and cannot be done without now");
  is_forbidden = true;
}

void do_with_torch_part() {
  is_forbidden = false;
  require_torch_part("training");
}

void share_threads_with_torch() {
  if (opened != nullptr) opened->share_threads();
}

}  // namespace bitline
