// Which data a network can be run on, by the shape of its input.
#pragma once

#include <string>
#include <vector>

#include "bitline/base/tensor.h"
#include "bitline/options/data_config.h"

namespace bitline {

/// The formats whose images a network with that input takes, in the order of their names in
/// DataFormat. Published sets have one size; pictures are cut to a square of any size; NumPy's
/// arrays and sample files hold anything.
std::vector<DataFormat> formats_that_fit(const Shape& input);

/// The same in words, for example "data.format numpy or samples, with images [n, 600]".
std::string describe_formats(const Shape& input);

}  // namespace bitline
