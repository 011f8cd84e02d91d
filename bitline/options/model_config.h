// [model]: a network file, or a built-in network by name.
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <string>

#include "bitline/base/fields.h"
#include "bitline/config/config.h"
#include "bitline/importer/load_weights.h"
#include "bitline/models/models.h"

namespace bitline {

/// [model]: a network file, or a built-in network by name.
struct ModelConfig {
  std::filesystem::path file;
  std::string name;
  ModelOptions options;
  bool names_input = false;  ///< whether options.input is stated, which fills open sizes of a file
  std::filesystem::path weights;  ///< with name: a state_dict; empty: weights are drawn
  WeightOptions matching;         ///< with weights
  /// Of a program that has no file; then none of the other fields counts.
  std::shared_ptr<const Network> given;

  /// Whether a file or a program has it, trained, and it is not made by its name.
  bool is_made_elsewhere() const { return given != nullptr || !file.empty(); }
};

/// A network is known by its content, so that none of these decides anything else.
template <ConstOrNot<ModelConfig> Model, typename Visit>
void visit_fields(Model& model, Visit&& visit) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
  visit(FieldText{"file",
                  "a network file or a training checkpoint (`.safetensors`), or an ONNX file "
                  "(`.onnx`, [onnx.md](onnx.md))",
                  Decides::kNothing, "–"},
        model.file);
  visit(FieldText{"name",
                  "a built-in network: `resnet18`, `resnet20`, `vgg9`; with fresh weights, or with "
                  "those of `weights`",
                  Decides::kNothing, "–"},
        model.name);
  visit(FieldText{"width",
                  "with `name`: factor on every hidden channel count, 1/1024 to 1024; at least one "
                  "channel is left",
                  Decides::kNothing},
        model.options.width, Real{1.0 / 1024, 1024});
  visit(FieldText{"classes", "with `name`: at least 2", Decides::kNothing}, model.options.classes,
        Whole{2, kMany});
  visit(FieldText{"input",
                  "channels, height, width of an image; with an ONNX `file`, of any rank: for the "
                  "sizes that it leaves open, none unless given",
                  Decides::kNothing},
        model.options.input, Whole{1, kMany});
  visit(FieldText{"weights", "with `name`: a file with weights, see below", Decides::kNothing, "–"},
        model.weights);
  visit(FieldText{"match",
                  "with `weights`: each tensor goes where its `name` says, or all go in the "
                  "`order` of the file",
                  Decides::kNothing},
        model.matching.match);
  visit(FieldText{"rename", "with `weights`: a table of names, see below", Decides::kNothing, "–"},
        model.matching.rename);
}

/// The table, checked; fresh weights are drawn by `seed`. Errors are of kind kUsage.
ModelConfig read_model(const ConfigTable& table, std::uint64_t seed);

}  // namespace bitline
