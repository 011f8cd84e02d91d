// Where the datasets that Bitline reads are published, and how they get into a folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/progress.h"

namespace bitline {

/// One file of a set on its server.
struct PublishedArchive {
  std::string name;
  std::string md5;  ///< as published
};

/// A dataset on a server.
struct PublishedSet {
  std::string name;                     ///< as [data] format says it
  std::string url;                      ///< what stands before "/" and the name of each file
  std::string folder;                   ///< below the folder asked for; empty: that one itself
  std::vector<PublishedArchive> files;  ///< .tar.gz is unpacked where it lies, others stay
};

/// CIFAR-10, CIFAR-100 (both in their binary version) and MNIST, with the MD5 that their authors or
/// torchvision publish.
const std::vector<PublishedSet>& published_sets();

/// Downloads the files of `set` into `to`, which is made where it is missing, compares their MD5
/// and unpacks archives there; what is there already is not fetched again. Afterwards `to` is what
/// data.folder names. Gives the files fetched. Throws Error as download and unpack_tar_gz do; the
/// same call goes on where it was stopped.
std::vector<std::filesystem::path> fetch_set(const PublishedSet& set,
                                             const std::filesystem::path& to, const Job& job);

}  // namespace bitline
