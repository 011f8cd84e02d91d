// A page as one HTML file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bitline/report/page_data.h"

namespace bitline {

struct Page {
  std::string title;
  std::string origin;  ///< what wrote it
  std::vector<PageSection> sections = {};
};

/// The page with its style, script, charts and data inside. The data stand in it as JSON without
/// any '<', and the script puts them on the page as text; a Content-Security-Policy allows the
/// page's own scripts, by their hashes, and no request at all.
std::string to_html(const Page& page);

/// JSON that can stand in an HTML script element: '<' and the line ends that only JavaScript knows
/// are escaped, bytes that are no UTF-8 replaced.
std::string json_for_html(const PageJson& json);

/// SHA-256 of a script as a Content-Security-Policy names it: "sha256-<base64>".
std::string script_hash(std::string_view script);

}  // namespace bitline
