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

/// How many images a run's figures stand on.
struct RunImages {
  std::int64_t search = 0;      ///< 0, here and in `test`: an older program wrote the file
  std::int64_t validation = 0;  ///< 0: none were left, and the search sample judged
  std::int64_t holdout = 0;     ///< that judged retrained networks; 0: none was retrained
  std::int64_t test = 0;
  std::int64_t test_per_class = 0;  ///< of a class-balanced part; 0: the whole test set

  bool operator==(const RunImages&) const = default;
};

/// "10 of each class, not the whole test set (data.test_per_class)", to stand behind "test images";
/// empty where it is the whole.
std::string test_part_in_words(std::int64_t test_per_class);

struct RunSummary {
  std::string version;   ///< of the program
  std::string revision;  ///< of its source
  std::uint64_t seed = 0;
  std::string network;       ///< SHA-256 of its content
  std::string network_name;  ///< empty: an older program wrote the file
  std::string data;          ///< what [data] names, in words; empty likewise
  std::string command;       ///< the command line
  std::string objective;     ///< of the search
  /// Names of range methods to what they are, Markdown; empty: an older program wrote the file.
  std::map<std::string, std::string> range_methods;
  double max_loss = 0;  ///< points that the recommended plan may lose
  RunImages images;
  std::string config;               ///< as used, TOML
  std::string config_folder;        ///< that its paths start from, seen from the run folder
  std::string recommended;          ///< file of the plan; empty: none was good enough
  std::string recommended_network;  ///< file of the network that goes with it; empty: as it came
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
