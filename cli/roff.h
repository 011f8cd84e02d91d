// Text in the language of man pages.
#pragma once

#include <string>
#include <string_view>

namespace bitline::cli {

/// Text within a line, as it is: nothing in it is an escape, and what is not ASCII is named.
std::string roff_of_text(std::string_view text);

/// Markdown of the kind that docs/cli.md has: paragraphs, lists, tables, blocks of code, emphasis.
/// A table becomes a list of its first column; of links the text stays.
std::string roff_of_markdown(std::string_view text);

}  // namespace bitline::cli
