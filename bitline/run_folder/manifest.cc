#include "bitline/run_folder/manifest.h"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

// A stage that runs again deletes what it made before, so a name must not lead out of the folder.
void check_name(const std::string& name) {
  const std::filesystem::path path(name);
  if (path.empty() || path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end())
    fail("artefact name \"{}\" leads out of the folder", name);
}

StageRecord record_from_json(const json& fields) {
  StageRecord record{.inputs = fields.at("inputs").get<std::string>(), .artefacts = {}};
  for (const auto& [name, checksum] : fields.at("artefacts").items()) {
    check_name(name);
    record.artefacts[name] = {.sha256 = checksum.at("sha256").get<std::string>(),
                              .size = checksum.at("size").get<std::int64_t>()};
  }
  return record;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  json stages = json::object();
  for (const auto& [stage, record] : manifest) {
    json artefacts = json::object();
    for (const auto& [name, checksum] : record.artefacts)
      artefacts[name] = {{"sha256", checksum.sha256}, {"size", checksum.size}};
    stages[stage] = {{"inputs", record.inputs}, {"artefacts", artefacts}};
  }
  return json{{"version", kVersion}, {"stages", stages}}.dump(2) + "\n";
}

Manifest manifest_from_json(std::string_view text) {
  try {
    const json document = json::parse(text);
    const int version = document.at("version").get<int>();
    if (version != kVersion) fail("version {} is not {}", version, kVersion);
    Manifest manifest;
    for (const auto& [stage, fields] : document.at("stages").items())
      manifest[stage] = record_from_json(fields);
    return manifest;
  } catch (const json::exception&) {
    fail("it is not what a run writes");
  }
}

}  // namespace bitline
