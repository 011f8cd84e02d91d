#include "bitline/models/models.h"

#include "bitline/base/fail.h"

namespace bitline {

Network make_model(std::string_view name, const ModelOptions& options) {
  if (!(options.width > 0)) fail_usage("width {} must be positive", options.width);
  if (name == "resnet18") return resnet18(options);
  if (name == "resnet20") return resnet20(options);
  if (name == "vgg9") return vgg9(options);
  fail_usage("model '{}' is not built in; choose resnet18, resnet20 or vgg9", name);
}

}  // namespace bitline
