#include "bitline/fetch/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <system_error>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/hash.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

/// Larger than any set that is published here, small enough for any disk.
constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 30;

bool has_checksum(const fs::path& file, const std::string& md5_expected) {
  std::error_code error;
  return fs::is_regular_file(file, error) && fs::file_size(file, error) <= kLargest &&
         md5(read_file(file)) == md5_expected;
}

struct EndTransfer {
  void operator()(CURL* transfer) const { curl_easy_cleanup(transfer); }
};

// The file that grows; closed on every way out.
class PartFile {
 public:
  explicit PartFile(fs::path path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0)
      fail("cannot write {}: {}; choose a folder that you may write to", path_.string(),
           std::generic_category().message(errno));
    size_ = static_cast<std::int64_t>(fs::file_size(path_));
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile() { ::close(descriptor_); }

  std::int64_t size() const { return size_; }
  void append(std::span<const std::byte> bytes) {
    if (static_cast<std::uintmax_t>(size_) + bytes.size() > kLargest)
      fail("more than {} bytes arrive; this is another file, check the address", kLargest);
    write_all(descriptor_, bytes, path_);
    size_ += static_cast<std::int64_t>(bytes.size());
  }

 private:
  fs::path path_;
  int descriptor_;
  std::int64_t size_ = 0;
};

// One request to the server, appended to a file.
class Transfer {
 public:
  Transfer(const std::string& url, PartFile& part, const Job& job)
      : curl_(curl_easy_init()),
        task_("download " + url.substr(url.rfind('/') + 1)),
        part_(part),
        already_(part.size()),
        job_(job) {
    if (curl_ == nullptr) fail("no memory for a download");
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, 30L);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second
    set(CURLOPT_LOW_SPEED_TIME, 60L);
    set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(already_));
    set(CURLOPT_ERRORBUFFER, reason_.data());
    set(CURLOPT_WRITEFUNCTION, &Transfer::write);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::report);
    set(CURLOPT_XFERINFODATA, this);
  }

  /// Rethrows what a callback threw, so that no exception crosses libcurl.
  CURLcode perform() {
    const CURLcode code = curl_easy_perform(curl_.get());
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    return code;
  }

  long status() const {
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }
  std::string reason(CURLcode code) const {
    return reason_.front() == '\0' ? curl_easy_strerror(code) : reason_.data();
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    BITLINE_CHECK_EQ(static_cast<int>(curl_easy_setopt(curl_.get(), option, value)), 0);
  }

  static std::size_t write(char* data, std::size_t one, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.part_.append(std::as_bytes(std::span(data, one * count)));
      return one * count;
    } catch (...) {
      transfer.failure_ = std::current_exception();
      return 0;
    }
  }

  /// libcurl calls this at least once a second, also while nothing arrives.
  static int report(void* self, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.job_.cancellation.check();
      transfer.show(total, done);
      return 0;
    } catch (...) {
      transfer.failure_ = std::current_exception();
      return 1;
    }
  }

  /// How much is to come is known only after the server has answered.
  void show(std::int64_t total, std::int64_t done) {
    if (total <= 0) return;
    constexpr double kMegabyte = 1e6;
    if (!shown_) job_.progress.begin(task_, already_ + total);
    shown_ = true;
    job_.progress.update(
        already_ + done,
        fmt::format("{:.1f} of {:.1f} MB", static_cast<double>(already_ + done) / kMegabyte,
                    static_cast<double>(already_ + total) / kMegabyte));
    if (done == total && !ended_) {
      ended_ = true;
      job_.progress.end();
    }
  }

  std::unique_ptr<CURL, EndTransfer> curl_;
  std::string task_;
  PartFile& part_;
  std::int64_t already_;
  Job job_;
  std::array<char, CURL_ERROR_SIZE> reason_{};
  std::exception_ptr failure_;
  bool shown_ = false;
  bool ended_ = false;
};

/// False where the server cannot go on at the end of the part: it knows no ranges, or the part is
/// as long as the file or longer.
bool go_on(const std::string& url, const fs::path& part_path, const Job& job) {
  PartFile part(part_path);
  const bool resumed = part.size() > 0;
  Transfer transfer(url, part, job);
  const CURLcode code = transfer.perform();
  constexpr long kRangeNotSatisfiable = 416;  // libcurl takes it for the end of the file
  if (resumed && (code == CURLE_RANGE_ERROR || transfer.status() == kRangeNotSatisfiable))
    return false;
  if (code == CURLE_OK) return true;
  if (part.size() == 0) {
    fs::remove(part_path);
    fail("{}; check the address and the network, or name a mirror with --url",
         transfer.reason(code));
  }
  fail("{}; {} bytes have arrived, the same command goes on there", transfer.reason(code),
       part.size());
}

}  // namespace

void download(const RemoteFile& source, const fs::path& file, const Job& job) {
  if (has_checksum(file, source.md5)) return;
  fs::path part = file;
  part += ".part";
  with_context(source.url, [&] {
    // Killed between the last byte and the rename, the part is the file.
    if (!has_checksum(part, source.md5) && !go_on(source.url, part, job)) {
      fs::resize_file(part, 0);
      go_on(source.url, part, job);
    }
    const std::string found = md5(read_file(part));
    if (found != source.md5) {
      fs::remove(part);
      fail("MD5 {} is not the published {}; try again, or another address with --url", found,
           source.md5);
    }
    fs::rename(part, file);
  });
}

}  // namespace bitline
