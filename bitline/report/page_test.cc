#include "bitline/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/report/page_files.h"

namespace bitline {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

// RFC 4648 on the digest of FIPS 180-2 for "abc", as a browser names it.
TEST(Page, NamesScriptsByTheirHash) {
  EXPECT_EQ(script_hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(script_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(Page, DataHoldNoMarkup) {
  const std::string json = json_for_html({{"layer", "</script><!-- \xE2\x80\xA8 \xFF"}});
  EXPECT_EQ(json, R"({"layer":"\u003c/script>\u003c!-- \u2028 )"
                  "\xEF\xBF\xBD\"}");
  EXPECT_EQ(PageJson::parse(json).at("layer"), "</script><!-- \xE2\x80\xA8 \xEF\xBF\xBD");
}

TEST(Page, TextsOfARunStayText) {
  const std::string attack = "</script><script>alert(1)</script>{{scripts}}{{data}}";
  const std::string html = to_html({attack, attack, {{"id", attack, attack, {page_text(attack)}}}});
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  // its own seven scripts, the data among them
  EXPECT_EQ(count(html, "</script"), 7U);
  EXPECT_EQ(count(html, "<script"), 7U);
}

TEST(Page, AllowsItsOwnScriptsAndNoRequest) {
  const std::string html = to_html({"title", "origin"});
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr(script_hash(page_file("page.js"))));
  EXPECT_THAT(html, HasSubstr(script_hash(page_file("vega.min.js"))));
  EXPECT_THAT(html, Not(HasSubstr("unsafe-eval")));
  EXPECT_EQ(count(html, "<link"), 0U);
  EXPECT_EQ(count(html, "<script src"), 0U);
  EXPECT_EQ(count(html, "sourceMappingURL"), 0U);
}

}  // namespace
}  // namespace bitline
