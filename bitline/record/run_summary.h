// run.json: how a run went, and what it takes to do it again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/record/interval.h"

namespace bitline {

struct RunSummary {
  std::string version;   ///< of the program
  std::string revision;  ///< of its source
  std::uint64_t seed = 0;
  std::string network;                 ///< SHA-256 of its content
  std::string command;                 ///< the command line
  std::string objective;               ///< of the search
  double max_loss = 0;                 ///< points that the recommended plan may lose
  std::int64_t validation_images = 0;  ///< 0: none were left, and the search sample judged
  std::string config;                  ///< as used, TOML
  std::string config_folder;           ///< that its paths start from, seen from the run folder
  std::string recommended;             ///< file of the plan; empty: none was good enough
  std::string recommended_network;     ///< file of the network that goes with it; empty: as it came
  /// Points that the recommended plan loses on the validation images, paired.
  std::optional<Interval> validation_loss;
  std::vector<std::string> given_batch_norm;  ///< layers that came without, where recalibrated
  std::map<std::string, double> seconds;      ///< by stage
  std::vector<std::string> skipped;           ///< stages that were up to date
  std::vector<std::string> assumed;           ///< defaults that decide numbers, a line each
  std::vector<std::string> doubts;            ///< what the table cannot bear, a line each
  std::vector<std::string> next_steps;        ///< where no plan was good enough, a line each

  bool operator==(const RunSummary&) const = default;
};

std::string to_json(const RunSummary& summary);
/// The inverse. Throws Error that names what is missing or damaged.
RunSummary run_summary_from_json(std::string_view text);

}  // namespace bitline
