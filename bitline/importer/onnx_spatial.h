// Strides, padding and kernels of convolutions and pooling, in one or two dimensions. Internal to
// importer/.
#pragma once

#include "bitline/importer/builders.h"

namespace bitline {

/// Reads strides, dilations, pads and auto_pad. Values of one dimension, [channels, length], are
/// treated as images of one row.
class Spatial {
 public:
  /// `kernel`: the extents of the kernel's places, one or two.
  Spatial(OnnxNode& node, const ImportedValue& input, const std::vector<std::int64_t>& kernel);

  /// The input as [channels, height, width].
  ImportedValue image(OnnxNode& node, const ImportedValue& input) const;
  /// An output of that form as the file has it.
  ImportedValue result(OnnxNode& node, const ImportedValue& output) const;
  /// A weight of one dimension as a kernel of one row.
  ImportedValue kernel_of(OnnxNode& node, const ImportedValue& weight) const;

  Extents kernel, stride, dilation;
  Padding padding;

 private:
  bool is_one_dimensional_;
};

/// [length] as 1 × length, [height, width] as it is.
Extents extents_of(const std::vector<std::int64_t>& sizes);

}  // namespace bitline
