#include "bitline/record/run_summary.h"

#include <fmt/format.h>

#include "bitline/record/json_fields.h"

namespace bitline {
namespace {

void add_images(const RunImages& images, Json& json) {
  json["search_images"] = images.search;
  json["validation_images"] = images.validation;
  json["holdout_images"] = images.holdout;
  json["test_images"] = images.test;
  json["test_per_class"] = images.test_per_class;
}

RunImages images_from(const Json& json) {
  RunImages images;
  images.search = newer_field<std::int64_t>(json, "search_images");
  images.validation = field<std::int64_t>(json, "validation_images");
  images.holdout = newer_field<std::int64_t>(json, "holdout_images");
  images.test = newer_field<std::int64_t>(json, "test_images");
  images.test_per_class = newer_field<std::int64_t>(json, "test_per_class");
  return images;
}

}  // namespace

std::string test_part_in_words(std::int64_t test_per_class) {
  if (test_per_class == 0) return "";
  return fmt::format("{} of each class, not the whole test set (data.test_per_class)",
                     test_per_class);
}

std::string to_json(const RunSummary& summary) {
  Json json{{"bitline", summary.version},   {"revision", summary.revision},
            {"seed", summary.seed},         {"network", summary.network},
            {"command", summary.command},   {"objective", summary.objective},
            {"max_loss", summary.max_loss}, {"network_name", summary.network_name},
            {"data", summary.data},         {"range_methods", summary.range_methods},
            {"config", summary.config},     {"config_folder", summary.config_folder}};
  add_images(summary.images, json);
  if (!summary.recommended.empty()) json["recommended"] = summary.recommended;
  if (!summary.recommended_network.empty())
    json["recommended_network"] = summary.recommended_network;
  if (summary.validation_loss) json["validation_loss"] = json_of(*summary.validation_loss);
  if (!summary.given_batch_norm.empty()) json["given_batch_norm"] = summary.given_batch_norm;
  json["seconds"] = summary.seconds;
  json["skipped"] = summary.skipped;
  json["assumed"] = summary.assumed;
  json["doubts"] = summary.doubts;
  json["next_steps"] = summary.next_steps;
  return json_text(json, 1) + "\n";
}

RunSummary run_summary_from_json(std::string_view text) {
  return read_document("a run's summary", text, [](const Json& json) {
    RunSummary summary;
    summary.version = field<std::string>(json, "bitline");
    summary.revision = field<std::string>(json, "revision");
    summary.seed = field<std::uint64_t>(json, "seed");
    summary.network = field<std::string>(json, "network");
    summary.command = field<std::string>(json, "command");
    summary.objective = field<std::string>(json, "objective");
    summary.max_loss = field<double>(json, "max_loss");
    summary.network_name = newer_field<std::string>(json, "network_name");
    summary.data = newer_field<std::string>(json, "data");
    summary.range_methods = newer_field<std::map<std::string, std::string>>(json, "range_methods");
    summary.images = images_from(json);
    summary.config = field<std::string>(json, "config");
    summary.config_folder = newer_field<std::string>(json, "config_folder");
    summary.recommended = optional_field<std::string>(json, "recommended").value_or("");
    summary.recommended_network =
        optional_field<std::string>(json, "recommended_network").value_or("");
    if (json.contains("validation_loss"))
      summary.validation_loss = interval_from_json(json.at("validation_loss"));
    summary.given_batch_norm = newer_field<std::vector<std::string>>(json, "given_batch_norm");
    summary.seconds = field<std::map<std::string, double>>(json, "seconds");
    summary.skipped = field<std::vector<std::string>>(json, "skipped");
    summary.assumed = newer_field<std::vector<std::string>>(json, "assumed");
    summary.doubts = newer_field<std::vector<std::string>>(json, "doubts");
    summary.next_steps = newer_field<std::vector<std::string>>(json, "next_steps");
    return summary;
  });
}

}  // namespace bitline
