#include "bitline/report/page.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"
#include "bitline/base/json.h"
#include "bitline/report/page_files.h"

namespace bitline {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Puts `value` where the template has "{{name}}", once.
void fill(std::string& html, std::string_view name, std::string_view value) {
  const std::string mark = fmt::format("{{{{{}}}}}", name);
  const std::size_t at = html.find(mark);
  BITLINE_CHECK_OP(at, !=, std::string::npos);
  html.replace(at, mark.size(), value);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k > bytes.size() ? '=' : kDigits[group >> (18U - 6U * k) & 63U];
  }
  return text;
}

std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i < hexadecimal.size(); i += 2) {
    std::uint8_t byte = 0;
    std::from_chars(hexadecimal.data() + i, hexadecimal.data() + i + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

PageJson to_json(const Page& page) {
  PageJson sections = PageJson::array();
  for (const PageSection& section : page.sections)
    sections.push_back({{"id", section.id},
                        {"title", section.title},
                        {"lead", section.lead},
                        {"blocks", section.blocks}});
  return {{"title", page.title}, {"origin", page.origin}, {"sections", std::move(sections)}};
}

/// A script that ends its own element would end it for the browser too.
std::string script(std::string_view name) {
  std::string text(page_file(name));
  replace_all(text, "</script", "<\\/script");
  replace_all(text, "<!--", "<\\!--");
  return text;
}

}  // namespace

std::string json_for_html(const PageJson& json) {
  std::string text = json_text(json, -1, WrongUtf8::kReplace);
  replace_all(text, "<", "\\u003c");
  replace_all(text, "\xE2\x80\xA8", "\\u2028");
  replace_all(text, "\xE2\x80\xA9", "\\u2029");
  return text;
}

std::string script_hash(std::string_view script) {
  return "sha256-" + base64(bytes_of(sha256(script)));
}

std::string to_html(const Page& page) {
  std::string html(page_file("page.html"));
  std::string scripts;
  std::string hashes;
  for (const char* name : {"vega.min.js", "vega-lite.min.js", "vega-embed.min.js", "zoom.js",
                           "chart_style.js", "page.js"}) {
    const std::string text = script(name);
    hashes += fmt::format(" '{}'", script_hash(text));
    scripts += fmt::format("<script>{}</script>\n", text);
  }
  fill(html, "hashes", hashes);
  fill(html, "style", page_file("page.css"));
  fill(html, "scripts", scripts);
  // The last one, since texts of a run may look like a mark.
  fill(html, "data", json_for_html(to_json(page)));
  return html;
}

}  // namespace bitline
