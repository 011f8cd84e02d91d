#include "bitline/fetch/published_set.h"

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/fetch/download.h"
#include "bitline/fetch/unpack.h"

namespace bitline {

const std::vector<PublishedSet>& published_sets() {
  static const std::vector<PublishedSet> sets{
      {"cifar10",
       "https://www.cs.toronto.edu/~kriz",
       "",
       {{"cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"}}},
      {"cifar100",
       "https://www.cs.toronto.edu/~kriz",
       "",
       {{"cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8"}}},
      {"mnist",
       "https://ossci-datasets.s3.amazonaws.com/mnist",  // the authors' own server is often closed
       "mnist",
       {{"train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"},
        {"train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"},
        {"t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"},
        {"t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"}}}};
  return sets;
}

std::vector<std::filesystem::path> fetch_set(const PublishedSet& set,
                                             const std::filesystem::path& to, const Job& job) {
  const std::filesystem::path folder = set.folder.empty() ? to : to / set.folder;
  make_folder(folder);
  std::vector<std::filesystem::path> fetched;
  for (const PublishedArchive& archive : set.files) {
    job.cancellation.check();
    const std::filesystem::path file = folder / archive.name;
    download({set.url + "/" + archive.name, archive.md5}, file, job);
    if (archive.name.ends_with(".tar.gz"))
      with_context(file.string(),
                   [&] { unpack_tar_gz(read_file(file), folder, job.cancellation); });
    fetched.push_back(file);
  }
  return fetched;
}

}  // namespace bitline
