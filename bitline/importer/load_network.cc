#include "bitline/importer/load_network.h"

#include "bitline/graph/network_file.h"
#include "bitline/importer/import_onnx.h"

namespace bitline {

Network load_network(const std::filesystem::path& file) {
  return file.extension() == ".onnx" ? import_onnx(file) : read_network(file);
}

}  // namespace bitline
