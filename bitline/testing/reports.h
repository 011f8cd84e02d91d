// For tests of reports: a copy of the run folder in testdata/ to change, and a report's data.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/file.h"
#include "bitline/report/page_data.h"
#include "bitline/report/report.h"
#include "bitline/report/run_record.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline::test {

/// The run folder under names of the test's own, removed at the end.
class RunCopies {
 public:
  std::filesystem::path make(const std::string& name) const {
    std::filesystem::path copy = root_.path() / name;
    std::filesystem::create_directories(copy.parent_path());
    std::filesystem::copy(std::filesystem::path(BITLINE_TESTDATA) / "run", copy,
                          std::filesystem::copy_options::recursive);
    return copy;
  }

 private:
  TemporaryFolder root_;
};

/// Replaces every `from` in the file; there is at least one.
inline void edit(const std::filesystem::path& file, const std::string& from,
                 const std::string& to) {
  std::string text = read_text_file(file);
  std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " is not in " << file;
  for (; at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  write_file_atomically(file, text);
}

inline std::string report_of(const std::vector<std::filesystem::path>& folders) {
  return make_report(folders, "1.2.3");
}

/// The data that stand in the page.
inline PageJson data_of(const std::string& html) {
  constexpr std::string_view kStart = "<script type=\"application/json\" id=\"data\">";
  const std::size_t start = html.find(kStart) + kStart.size();
  return PageJson::parse(html.substr(start, html.find("</script>", start) - start));
}

/// A section by its name.
inline PageJson section_of(const PageJson& data, const std::string& id) {
  for (const PageJson& section : data.at("sections"))
    if (section.at("id") == id) return section;
  ADD_FAILURE() << "no section " << id;
  return {};
}

/// A column of a table, its texts written out.
inline std::vector<PageJson> column_of(const PageJson& section, const std::string& table,
                                       const std::string& column) {
  std::vector<PageJson> values;
  for (const PageJson& block : section.at("blocks"))
    for (const PageJson& candidate : block.value("tables", PageJson::array()))
      for (const PageJson& c : candidate.at("columns"))
        if (candidate.at("name") == table && c.at("name") == column)
          for (const PageJson& value : c.at("values"))
            values.push_back(
                c.contains("dictionary") ? c.at("dictionary").at(value.get<std::size_t>()) : value);
  return values;
}

}  // namespace bitline::test
