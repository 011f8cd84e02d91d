#include "bitline/data/image_folder.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <mutex>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/parallel.h"
#include "bitline/base/random.h"
#include "bitline/data/decode_image.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 3> kEndings{".png", ".jpg", ".jpeg"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

/// Paths in `folder` for which `wanted` holds, sorted.
template <typename Wanted>
std::vector<fs::path> sorted_entries(const fs::path& folder, const Wanted& wanted) {
  std::vector<fs::path> paths;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (wanted(entry)) paths.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    fail("cannot read the folder {}: {}; check the name and the rights", folder.string(),
         error.code().message());
  }
  std::ranges::sort(paths);
  return paths;
}

std::vector<std::string> class_names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& path :
       sorted_entries(folder, [](const fs::directory_entry& e) { return e.is_directory(); }))
    names.push_back(path.filename().string());
  if (names.empty())
    fail("{} holds no folders; put the pictures of each class into a folder of its own",
         folder.string());
  return names;
}

fs::path split_folder(const fs::path& folder, Split split) {
  std::error_code error;
  if (split == Split::kTrain) return folder / "train";
  if (fs::is_directory(folder / "test", error)) return folder / "test";
  if (fs::is_directory(folder / "val", error)) return folder / "val";
  fail("{} holds neither test/ nor val/; put a folder with the test images there", folder.string());
}

void add_class(const fs::path& folder, std::int32_t label, ImageFolder& listing) {
  const std::vector<fs::path> files = sorted_entries(folder, [](const fs::directory_entry& e) {
    return e.is_regular_file() && is_picture(e.path());
  });
  if (files.empty())
    fail("{} holds no .png, .jpg or .jpeg; put the pictures of the class there, or remove it",
         folder.string());
  listing.files.insert(listing.files.end(), files.begin(), files.end());
  listing.labels.insert(listing.labels.end(), files.size(), label);
}

void shuffle_once(ImageFolder& listing) {
  constexpr std::uint64_t kSeed = 1;
  // Two generators of one seed draw the same order for both lists.
  Random for_files = Random::stream(kSeed, "image folder");
  Random for_labels = Random::stream(kSeed, "image folder");
  for_files.shuffle(std::span(listing.files));
  for_labels.shuffle(std::span(listing.labels));
}

void check_memory(const Shape& images) {
  const std::int64_t bytes = element_count(images);
  const std::int64_t memory = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  if (bytes > memory)
    fail(
        "{} images of {} x {} pixels take {} MB, more than the {} MB of memory here; use fewer, or "
        "make crop smaller",
        images[0], images[2], images[3], bytes >> 20, memory >> 20);
}

}  // namespace

ImageFolder list_image_folder(const fs::path& folder, Split split) {
  const fs::path root = split_folder(folder, split);
  const fs::path training = folder / "train";
  std::error_code error;
  ImageFolder listing;
  listing.class_names = class_names_in(fs::is_directory(training, error) ? training : root);
  for (const std::string& name : class_names_in(root)) {
    const auto found = std::ranges::lower_bound(listing.class_names, name);
    if (found == listing.class_names.end() || *found != name)
      fail("{}: there is no such class in {}; name the folders of both alike",
           (root / name).string(), training.string());
    add_class(root / name, static_cast<std::int32_t>(found - listing.class_names.begin()), listing);
  }
  shuffle_once(listing);
  return listing;
}

Dataset load_images(const ImageFolder& folder, std::span<const std::int64_t> indices,
                    const ImageGeometry& geometry, const Job& job) {
  const auto count = static_cast<std::int64_t>(indices.size());
  const Shape shape{count, 3, geometry.crop, geometry.crop};
  check_memory(shape);
  Dataset dataset{Tensor(DType::kU8, shape),
                  {},
                  static_cast<std::int32_t>(folder.class_names.size()),
                  folder.class_names};
  for (const std::int64_t i : indices)
    dataset.labels.push_back(folder.labels.at(static_cast<std::size_t>(i)));
  const auto pixels = dataset.images.data<std::uint8_t>();
  const std::size_t size = indices.empty() ? 0 : pixels.size() / indices.size();
  std::mutex mutex;
  std::int64_t read = 0;
  job.progress.begin("read pictures", count);
  parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      job.cancellation.check();
      const fs::path& path = folder.files.at(static_cast<std::size_t>(indices[i]));
      const std::vector<std::byte> bytes = read_file(path);
      with_context(path.string(), [&] {
        resize_and_crop(decode_image(bytes), geometry, pixels.subspan(i * size, size));
      });
      const std::lock_guard lock(mutex);
      job.progress.update(++read, "");
    }
  });
  job.progress.end();
  return dataset;
}

}  // namespace bitline
