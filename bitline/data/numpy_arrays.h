// Images (vectors, signals …) and labels as NumPy saves them: two arrays in one .npz file, or an
// .npy file each.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "bitline/data/dataset.h"

namespace bitline {

/// `images` [n, …] of any rank from 2 and of any element type as parse_npz() takes them; `labels`
/// integers [n]. Throws Error that says what does not fit.
Dataset dataset_of(const Tensor& images, const Tensor& labels);

/// The arrays "images" ([n, …] of any rank from 2) and "labels" (integers [n]) of an .npz archive;
/// other arrays are ignored. Images of uint8 stay bytes; those of other types become F32, integers
/// exactly (up to 2^24) and float64 rounded to the nearest. There are as many classes as the
/// largest label says, and no names. Throws Error that names the array and what does not fit.
Dataset parse_npz(std::span<const std::byte> bytes);

/// `images` is an .npz file, and `labels` empty, or both are .npy files. Errors carry the path.
Dataset load_numpy(const std::filesystem::path& images, const std::filesystem::path& labels);

}  // namespace bitline
