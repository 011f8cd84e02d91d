// The configuration file as the options structs of all stages: each table has a file of its own
// with its struct and its list of fields. docs/config.md lists every key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bitline/mapping/array_fields.h"
#include "bitline/options/cost_config.h"
#include "bitline/options/data_config.h"
#include "bitline/options/model_config.h"
#include "bitline/options/quantize_config.h"
#include "bitline/options/search_config.h"
#include "bitline/options/train_config.h"
#include "bitline/runtime/mac_backend.h"

namespace bitline {

/// [profile]
struct ProfileConfig {
  bool by_tile = false;
};

/// [explain]: that it is there says all.
struct ExplainConfig {};

/// An optional table is there where the file has it, be it empty: `run` then does what it is about.
/// Commands that are about one of them take its defaults where it is not.
struct RunConfig {
  std::uint64_t seed = 1;
  std::int64_t threads = 0;  ///< 0: all cores
  Engine engine = Engine::kFused;
  DataConfig data;
  ModelConfig model;
  NetworkArrays array;
  /// Whether the configuration says which encoding the array has; where it does not, the network's
  /// weights may ask for another one than the default (study/inputs.h).
  bool names_encoding = true;
  NetworkAdcs adc;
  SearchConfig search;
  std::optional<CostConfig> cost;
  std::optional<AllocateConfig> allocate;
  std::optional<ExplainConfig> explain;
  CompareConfig compare;
  ProfileConfig profile;
  std::optional<QuantizeConfig> quantize;
  TrainConfig train;
  std::optional<RetrainConfig> retrain;
  std::string as_used;           ///< the whole configuration as TOML, --set applied
  std::filesystem::path folder;  ///< of the configuration, which its relative paths start from
  /// The command line that asks for this configuration, for those who want the same again; empty
  /// where none did.
  std::string command;

  CostConfig cost_or_default() const { return cost.value_or(CostConfig{}); }
  AllocateConfig allocate_or_default() const;  ///< the default within array.adc_levels
  QuantizeConfig quantize_or_default() const { return quantize.value_or(QuantizeConfig{}); }
  RetrainConfig retrain_or_default() const {
    return retrain ? *retrain : default_retraining(train);
  }
};

/// The keys at the top of the file.
template <ConstOrNot<RunConfig> Run, typename Visit>
void visit_fields(Run& run, Visit&& visit) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
  visit(FieldText{"seed",
                  "seed of everything that is drawn: the search sample, initial weights, order and "
                  "augmentation of training images; 0 to 2147483647"},
        run.seed, Whole{0, kMany});
  visit(FieldText{"threads",
                  "threads; 0: all cores; at most 1024, and no more than there are cores for the "
                  "process. Results do not depend on it (training does)",
                  Decides::kNothing},
        run.threads, Whole{0, 1024});
  visit(FieldText{"engine",
                  "what simulates the array: `fused` (bit-packed, fast), `reference` (the "
                  "definition, slow), `composed` (LibTorch operators). All give the same bits",
                  Decides::kNothing},
        run.engine);
}

template <ConstOrNot<ProfileConfig> Profile, typename Visit>
void visit_fields(Profile& profile, Visit&& visit) {
  visit(FieldText{"by_tile", "a histogram for each tile, and not for all tiles together"},
        profile.by_tile);
}

/// [array] and the tables of single layers in it, checked. Errors are of kind kUsage.
NetworkArrays read_array(const ConfigTable& table);

/// Reads every key; a key that is left over is an Error (kUsage).
RunConfig read_run_config(const Config& config);

/// Every key that read_run_config() reads ("array.rows"), and its default as TOML.
std::map<std::string, std::string> config_defaults();

}  // namespace bitline
