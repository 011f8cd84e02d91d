// Every file of a run folder lists layers in one order, that in which they are computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bitline/base/file.h"
#include "bitline/run/run.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using Names = std::vector<std::string>;

/// The first column of that name, without what repeats or stands for all layers.
Names layers_in_csv(const std::string& text, const std::string& ending) {
  Names names;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::string name = line.substr(0, line.find(','));
    if (name != ending && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

Names layers_in_json(const nlohmann::json& list, const char* key) {
  Names names;
  for (const auto& item : list)
    if (item.value("place", "array") == "array") names.push_back(item.at(key));
  return names;
}

TEST(LayerOrder, IsTheSameInEveryFileOfARun) {
  const test::TestStudy study;
  RunConfig config = study.config("[cost]\n[explain]\n");
  config.search.levels = {3};
  config.search.ranges = {range_methods::kMinMax};
  config.search.recalibrate = false;
  SilentProgress silent;
  run_pipeline(config, study.folder() / "a", {silent, {}});
  const auto text = [&](const char* file) { return read_text_file(study.folder() / "a" / file); };
  const auto json = [&](const char* file) { return nlohmann::json::parse(text(file)); };

  const Names mapped = layers_in_json(json("mapping.json").at("nodes"), "name");
  // The shortcut is added behind conv2, so it has to be there before.
  EXPECT_THAT(mapped, ::testing::IsSupersetOf({"stage2.block1.conv1", "stage2.block1.shortcut"}));
  EXPECT_LT(std::ranges::find(mapped, "stage2.block1.shortcut"),
            std::ranges::find(mapped, "stage2.block1.conv2"));
  EXPECT_EQ(layers_in_csv(text("profile/counts.csv"), ""), mapped);
  EXPECT_EQ(layers_in_csv(text("profile/statistics.csv"), "all"), mapped);
  EXPECT_EQ(layers_in_json(json("costs/L3-min-max.json").at("plan").at("layers"), "name"), mapped);
  EXPECT_EQ(layers_in_json(json("explanations/L3-min-max.json").at("layers"), "layer"), mapped);
}

}  // namespace
}  // namespace bitline
