// A network as an ONNX file. Start here when you read exporter/: network_writer.h walks the
// network, onnx_operators.h writes one node, qonnx.cc and qdq.cc say how integer grids are written;
// npz.h and golden.h write what lies on the array.
#pragma once

#include <optional>
#include <string>

#include "bitline/adc/adc_plan.h"
#include "bitline/graph/network.h"

namespace bitline {

/// The bytes of an ONNX file, operator set 17, with an open number of images. import_onnx() makes a
/// network of it whose layers have the same names, integers, scales and bits. A plan changes
/// nothing in the graph; it lies in the file's metadata under "bitline.plan".
///
/// Integer grids become nodes Quant and BipolarQuant of QONNX. Throws Error that names the node
/// when the format cannot hold it, and for a plan of another network.
std::string export_qonnx(const Network& network, const std::optional<AdcPlan>& plan = {});

/// The same with integer grids as QuantizeLinear and DequantizeLinear of 8 bits; values on grids of
/// fewer bits pass a Clip first, and the metadata say of weights how many bits they have. Throws
/// Error that names the node for grids of more than 8 bits and for values of a binary network.
std::string export_qdq(const Network& network, const std::optional<AdcPlan>& plan = {});

}  // namespace bitline
