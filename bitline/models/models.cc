#include "bitline/models/models.h"

#include "bitline/base/fail.h"
#include "bitline/base/unknown_name.h"

namespace bitline {
namespace {

struct BuiltIn {
  std::string_view name;
  Network (*build)(const ModelOptions& options);
};

constexpr BuiltIn kBuiltIn[] = {{"resnet18", resnet18}, {"resnet20", resnet20}, {"vgg9", vgg9}};

}  // namespace

std::vector<std::string_view> model_names() {
  std::vector<std::string_view> names;
  for (const BuiltIn& model : kBuiltIn) names.push_back(model.name);
  return names;
}

Network make_model(std::string_view name, const ModelOptions& options) {
  if (!(options.width > 0)) fail_usage("width {} must be positive", options.width);
  for (const BuiltIn& model : kBuiltIn)
    if (model.name == name) return model.build(options);
  fail_unknown_name("built-in network", name, model_names());
}

}  // namespace bitline
