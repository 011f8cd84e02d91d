// Text and Markdown as roff has them; expected lines are written by hand.
#include <gtest/gtest.h>

#include "cli/roff.h"

namespace bitline::cli {
namespace {

TEST(RoffTest, TextIsTakenForNothingElse) {
  EXPECT_EQ(roff_of_text(R"(C:\new --out 'a' `b` ~^)"),
            R"(C:\enew \-\-out \(aqa\(aq \(gab\(ga \(ti\(ha)");
}

TEST(RoffTest, WhatIsNotAsciiIsNamedByItsCodePoint) {
  EXPECT_EQ(roff_of_text("δ … 𝛿"), "\\[u03B4] \\[u2026] \\[u1D6FF]");
}

TEST(RoffTest, ParagraphsStandApart) {
  EXPECT_EQ(roff_of_markdown("One\ntwo.\n\nThree.\n"), "One\ntwo.\n.PP\nThree.\n");
}

TEST(RoffTest, CodeIsBoldAndEmphasisItalic) {
  EXPECT_EQ(roff_of_markdown("Give `--set a*b` *once*."),
            "Give \\fB\\-\\-set a*b\\fR \\fIonce\\fR.\n");
}

TEST(RoffTest, OfLinksTheTextStays) {
  EXPECT_EQ(roff_of_markdown("See [config.md](config.md#a), [`[x]`](b.md) [or] not."),
            "See config.md, \\fB[x]\\fR [or] not.\n");
}

TEST(RoffTest, ATableIsAListOfItsFirstColumn) {
  EXPECT_EQ(
      roff_of_markdown("| a | b | c |\n| --- | --- | --- |\n| `x` | one | two |\n| y | 3 |\n"),
      ".TP\n\\fBx\\fR\none; two\n.TP\ny\n3\n");
}

TEST(RoffTest, AListHasBullets) {
  EXPECT_EQ(roff_of_markdown("- one\n- two\n"), ".IP \\(bu 2\none\n.IP \\(bu 2\ntwo\n");
}

TEST(RoffTest, CodeKeepsItsLines) {
  EXPECT_EQ(roff_of_markdown("Say\n```\n.a\n\n  `b`\n```\n"),
            "Say\n.PP\n.EX\n\\&.a\n\n  \\(gab\\(ga\n.EE\n");
}

TEST(RoffTest, ALineThatBeginsWithAFullStopIsNoRequest) {
  EXPECT_EQ(roff_of_markdown(".TH is a request"), "\\&.TH is a request\n");
}

}  // namespace
}  // namespace bitline::cli
