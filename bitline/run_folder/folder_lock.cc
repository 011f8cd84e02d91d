#include "bitline/run_folder/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& folder, int error_number) {
  fail("run folder {} cannot be written: {}; choose another with --out", folder.string(),
       std::error_code(error_number, std::generic_category()).message());
}

int open_lock_file(const fs::path& folder) {
  const int descriptor =
      ::open(FolderLock::file_in(folder).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) refuse(folder, errno);
  return descriptor;
}

// The holder writes its number after it has the lock, so for a moment there may be none.
std::string holder(const fs::path& folder) {
  const std::string number = read_text_file(FolderLock::file_in(folder));
  return number.empty() ? "another process" : "process " + number;
}

}  // namespace

// Delegates, so that the destructor closes the file when this body throws.
FolderLock::FolderLock(const fs::path& folder) : FolderLock(open_lock_file(folder)) {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) refuse(folder, errno);
    fail("run folder {} is in use by {}; wait, or choose another with --out", folder.string(),
         holder(folder));
  }
  const std::string number = std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 || ::write(descriptor_, number.data(), number.size()) < 0)
    refuse(folder, errno);
}

fs::path FolderLock::file_in(const fs::path& folder) { return folder / ".lock"; }

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace bitline
