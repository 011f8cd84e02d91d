// Images and labels as NumPy saves them: two arrays in one .npz file, or an .npy file each.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "bitline/data/dataset.h"

namespace bitline {

/// The arrays "images" (uint8 or float32 [n, channels, height, width]) and "labels" (integers [n])
/// of an .npz archive; other arrays are ignored. There are as many classes as the largest label
/// says, and no names. Throws Error that names the array and what does not fit.
Dataset parse_npz(std::span<const std::byte> bytes);

/// `images` is an .npz file, and `labels` empty, or both are .npy files. Errors carry the path.
Dataset load_numpy(const std::filesystem::path& images, const std::filesystem::path& labels);

}  // namespace bitline
