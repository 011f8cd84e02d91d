#include "bitline/importer/rename_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;

TEST(RenameRules, ReplaceWholePartsOfAName) {
  RenameRules rules({{"layer1.0", "stage1.block1"}, {"bn1", "norm1"}});
  EXPECT_EQ(rules.apply("layer1.0.bn1.weight"), "stage1.block1.norm1.weight");
  EXPECT_EQ(rules.apply("layer1.01.bn11.bn1"), "layer1.01.bn11.norm1");
  EXPECT_EQ(rules.apply("layer1"), "layer1");
}

TEST(RenameRules, TheRuleWithTheMostPartsIsTaken) {
  RenameRules rules({{"down", "x"}, {"down.0", "shortcut"}, {"down.1", "shortcut_norm"}});
  EXPECT_EQ(rules.apply("down.0.weight"), "shortcut.weight");
  EXPECT_EQ(rules.apply("down.1.weight"), "shortcut_norm.weight");
  EXPECT_EQ(rules.apply("down.2.weight"), "x.2.weight");
}

TEST(RenameRules, WhatTheyPutThereIsNotLookedAtAgain) {
  RenameRules rules({{"a", "b"}, {"b", "a"}});
  EXPECT_EQ(rules.apply("a.b.weight"), "b.a.weight");
}

TEST(RenameRules, UnusedOnesAreNamed) {
  RenameRules rules({{"a", "b"}, {"c.d", "e"}, {"f", "g"}});
  rules.apply("a.c");
  EXPECT_EQ(message_of([&] { rules.require_all_used(); }),
            "rename: no name in the file has 'c.d', 'f'; correct or remove them");
  rules.apply("c.d.f");
  EXPECT_NO_THROW(rules.require_all_used());
}

TEST(RenameRules, MayDropParts) {
  const std::map<std::string, std::string> prefix{{"model.backbone", ""}};
  RenameRules rules(prefix);
  EXPECT_EQ(rules.apply("model.backbone.conv1.weight"), "conv1.weight");
}

TEST(RenameRules, RefuseToReplaceNothing) {
  const std::map<std::string, std::string> nothing{{"", "a"}};
  EXPECT_THAT(message_of([&] { RenameRules{nothing}; }), HasSubstr("says nothing of what"));
}

}  // namespace
}  // namespace bitline
