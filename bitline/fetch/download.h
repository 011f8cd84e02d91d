// One file from a web server, in as many attempts as it takes.
#pragma once

#include <filesystem>
#include <string>

#include "bitline/base/progress.h"

namespace bitline {

/// A file that somebody publishes.
struct RemoteFile {
  std::string url;
  std::string md5;  ///< of the whole file, lower-case hexadecimal, as published
};

/// Makes `file` the published one. Where it is already, nothing is asked of the server. What has
/// arrived stands in `file`.part until it is complete, so a download that was stopped or cut goes
/// on there; where the server knows no ranges it begins again. Progress is in bytes.
///
/// Throws Error that names the address: for a server that cannot be reached, answers with an error
/// or stays silent for a minute (what has arrived is kept); for more than 1 GiB; for another MD5
/// (`file`.part is deleted); and of kind kInterrupted after a request to stop.
void download(const RemoteFile& source, const std::filesystem::path& file, const Job& job);

}  // namespace bitline
