#include "bitline/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

std::string reason(int error_number) {
  return std::error_code(error_number, std::generic_category()).message();
}

std::string write_remedy(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "free some space or choose another folder";
    case EFBIG:
      return "raise the limit on the size of files (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a folder that you may write to";
    case ENOENT:
      return "make the folder first";
    case ENOTDIR:
      return "a file is in the way of a folder, choose another name";
    default:
      return "check the disk and the path";
  }
}

std::string read_remedy(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return "check the name";
    case EACCES:
    case EPERM:
      return "ask for the right to read it";
    default:
      return "check the disk and the path";
  }
}

[[noreturn]] void fail_to_read(const fs::path& path, int error_number) {
  fail("cannot read {}: {}; {}", path.string(), reason(error_number), read_remedy(error_number));
}

[[noreturn]] void fail_to_write(const fs::path& path, int error_number) {
  fail("cannot write {}: {}; {}", path.string(), reason(error_number), write_remedy(error_number));
}

// Closes a file descriptor on every way out.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }
  /// Some file systems report a failed write only here.
  int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

// Between a file's name and the numbers that make its temporary name unique.
constexpr std::string_view kTemporaryMark = ".tmp-";

bool is_temporary(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::size_t mark = name.rfind(kTemporaryMark);
  return name.front() == '.' && mark != std::string::npos &&
         name.find_first_not_of("0123456789-", mark + kTemporaryMark.size()) == std::string::npos;
}

// Removes the temporary file unless it has become the real one.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target)
      : path_(name_beside(target)), file_(create(target, path_)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!renamed_) ::unlink(path_.c_str());
  }

  int descriptor() const { return file_.number(); }

  void replace(const fs::path& target) {
    if (::fsync(file_.number()) != 0 || file_.close() != 0 ||
        std::rename(path_.c_str(), target.c_str()) != 0)
      fail_to_write(target, errno);
    renamed_ = true;
  }

 private:
  /// A process of the same number may have been killed and left its own.
  static int create(const fs::path& target, fs::path& path) {
    for (;; path = name_beside(target)) {
      const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file >= 0) return file;
      if (errno != EEXIST) fail_to_write(target, errno);
    }
  }

  static fs::path name_beside(const fs::path& target) {
    static std::atomic<unsigned> counter{0};
    return target.parent_path() / fmt::format(".{}{}{}-{}", target.filename().string(),
                                              kTemporaryMark, ::getpid(), counter++);
  }

  fs::path path_;
  Descriptor file_;
  bool renamed_ = false;
};

// Makes the rename itself survive a power cut.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder; EINVAL says so and is no failure.
  if (descriptor.number() < 0 || (::fsync(descriptor.number()) != 0 && errno != EINVAL))
    fail_to_write(folder, errno);
}

// Follows links, so that a rename replaces the file and not the link that leads to it.
fs::path resolve_target(const fs::path& path) {
  std::error_code error;
  fs::path target = fs::is_symlink(path, error) ? fs::weakly_canonical(path, error) : path;
  if (error && error != std::errc::no_such_file_or_directory) fail_to_write(path, error.value());
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status))
    fail("cannot write {}: it exists and is not a regular file; choose another name",
         path.string());
  return target;
}

template <typename Container>
Container read_whole(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) fail_to_read(path, errno);
  if (!S_ISREG(status.st_mode))
    fail("cannot read {}: it is not a regular file; name a file", path.string());
  Container content(static_cast<std::size_t>(status.st_size), typename Container::value_type{});
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t got = ::read(file.number(), content.data() + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(path, errno);
    if (got == 0)
      fail("cannot read {}: it ended after {} of {} bytes; another program changes it",
           path.string(), done, content.size());
    done += static_cast<std::size_t>(got);
  }
  return content;
}

}  // namespace

std::vector<std::byte> read_file(const fs::path& path) {
  return read_whole<std::vector<std::byte>>(path);
}

std::string read_text_file(const fs::path& path) { return read_whole<std::string>(path); }

void write_all(int descriptor, std::span<const std::byte> bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail_to_write(path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  const fs::path target = resolve_target(path);
  TemporaryFile temporary(target);
  write_all(temporary.descriptor(), bytes, path);
  temporary.replace(target);
  sync_folder(target.parent_path());
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

void remove_temporary_files(const fs::path& folder) {
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      if (is_temporary(entry.path())) fs::remove(entry.path());
  } catch (const fs::filesystem_error& error) {
    fail("cannot tidy up the folder {}: {}", folder.string(), error.code().message());
  }
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    fail("cannot make the folder {}: {}; {}", path.string(), error.message(),
         write_remedy(error.value()));
}

std::string folder_name(const std::filesystem::path& folder) {
  return std::filesystem::absolute(folder / ".")
      .lexically_normal()
      .parent_path()
      .filename()
      .string();
}

std::filesystem::path seen_from(const std::filesystem::path& folder,
                                const std::filesystem::path& path) {
  // "." stands for the working folder where a path is empty.
  const auto whole = [](const std::filesystem::path& p) {
    return std::filesystem::absolute(p.empty() ? "." : p).lexically_normal();
  };
  return whole(path).lexically_relative(whole(folder));
}

}  // namespace bitline
