// Pictures in one folder for each class, as ImageNet is laid out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/data/resize.h"

namespace bitline {

/// What a tree of pictures holds. Nothing is decoded yet.
struct ImageFolder {
  std::vector<std::filesystem::path> files;
  std::vector<std::int32_t> labels;      ///< one for each file
  std::vector<std::string> class_names;  ///< the folders' names, sorted
};

/// The pictures `folder`/train/CLASS/*.{png,jpg,jpeg} (capitals too), or those of test/ or, where
/// that is absent, val/. Classes are the folders of train/ sorted by name, byte by byte; where
/// there is no train/, those of the split itself. Files with other endings are ignored. The order
/// is that of sorted paths, shuffled once for all with a fixed seed, so that the last images are
/// not all of one class. Throws Error for a missing folder, a class without pictures in it, and a
/// class of the test set that the training set lacks.
ImageFolder list_image_folder(const std::filesystem::path& folder, Split split);

/// The pictures at `indices`, decoded in parallel: U8 [n, 3, crop, crop]. Throws Error when they
/// take more than this machine's memory (before any is read), with the path of a picture that
/// cannot be decoded, and of kind kInterrupted after a request to stop.
Dataset load_images(const ImageFolder& folder, std::span<const std::int64_t> indices,
                    const ImageGeometry& geometry, const Job& job);

}  // namespace bitline
