// What a run found, as a page to look at. Start reading here: run_record.h reads folders,
// sections.h makes the parts, page_data.h says what they consist of, page.h writes it all down.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace bitline {

/// An HTML page about one run, or about several in comparison. It is complete in itself and asks
/// no host for anything; texts from the folders cannot become part of its markup. The same bytes
/// for the same folders. Of a single run that was stopped the page has what unfinished.json has,
/// and says so. `version` is that of the program. Throws Error as read_runs() does.
std::string make_report(std::span<const std::filesystem::path> folders, std::string_view version);

}  // namespace bitline
