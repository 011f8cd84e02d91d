// The MNIST dataset in its IDX format, plain or compressed with gzip.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "bitline/data/dataset.h"

namespace bitline {

/// Reads {train,t10k}-images-idx3-ubyte[.gz] and {train,t10k}-labels-idx1-ubyte[.gz] from `folder`
/// or from the folder mnist in it; one channel, any number and size of images. With `verify`, the
/// MD5 of the uncompressed content has to be that of the published files. Throws Error that names
/// the file for a missing, damaged, truncated or too long one, a wrong magic number, and a label
/// above 9.
Dataset load_mnist(const std::filesystem::path& folder, Split split, bool verify = false);

/// The unsigned bytes of an IDX file with `axes` extents, as a U8 tensor. Throws Error for a wrong
/// magic number or a size that does not fit the extents.
Tensor parse_idx(std::span<const std::byte> bytes, std::size_t axes);

}  // namespace bitline
