// What a run folder says of itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bitline {

/// Fingerprint of an artefact's bytes.
struct Checksum {
  std::string sha256;
  std::int64_t size = 0;  ///< bytes
  friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// A finished stage: the hash of what it depended on, and the artefacts that it made, by their
/// names relative to the folder ("plans/L3-layer-wise.json").
struct StageRecord {
  std::string inputs;  ///< content_hash(Stage), stage.h
  std::map<std::string, Checksum> artefacts;
  friend bool operator==(const StageRecord&, const StageRecord&) = default;
};

/// Stage name to record. An artefact belongs to one stage.
using Manifest = std::map<std::string, StageRecord>;

/// Versioned JSON.
std::string to_json(const Manifest& manifest);
/// Throws Error that says what is wrong; names that lead out of the folder are.
Manifest manifest_from_json(std::string_view text);

}  // namespace bitline
