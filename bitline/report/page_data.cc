#include "bitline/report/page_data.h"

#include <map>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/json.h"
#include "bitline/report/page_files.h"

namespace bitline {
namespace {

PageJson choices_to_json(const std::vector<PageChoice>& choices) {
  PageJson result = PageJson::array();
  for (const PageChoice& choice : choices)
    result.push_back({{"field", choice.field},
                      {"label", choice.label},
                      {"initial", choice.initial},
                      {"all", choice.all}});
  return result;
}

/// Layer names stand in thousands of rows.
PageJson with_dictionary(PageJson column, const PageJson& texts) {
  std::map<PageJson, std::size_t> places;  // null too
  PageJson dictionary = PageJson::array();
  PageJson values = PageJson::array();
  for (const PageJson& text : texts) {
    const auto [place, is_new] = places.emplace(text, places.size());
    if (is_new) dictionary.push_back(text);
    values.push_back(place->second);
  }
  column["dictionary"] = std::move(dictionary);
  column["values"] = std::move(values);
  return column;
}

}  // namespace

PageTable::PageTable(std::string name, std::vector<PageColumn> columns)
    : name_(std::move(name)), columns_(std::move(columns)) {}

void PageTable::add(std::vector<PageJson> row) {
  BITLINE_CHECK_EQ(row.size(), columns_.size());
  rows_.push_back(std::move(row));
}

PageJson PageTable::column_to_json(std::size_t column) const {
  const PageColumn& described = columns_[column];
  PageJson json{{"name", described.name}, {"title", described.title}};
  if (described.hidden) json["hidden"] = true;
  if (described.aligned) json["aligned"] = true;
  PageJson values = PageJson::array();
  for (const std::vector<PageJson>& row : rows_) values.push_back(row[column]);
  if (!described.digits) return with_dictionary(std::move(json), values);
  json["digits"] = *described.digits;
  json["values"] = std::move(values);
  return json;
}

PageJson PageTable::to_json() const {
  PageJson columns = PageJson::array();
  for (std::size_t i = 0; i < columns_.size(); ++i) columns.push_back(column_to_json(i));
  return {{"name", name_}, {"columns", std::move(columns)}};
}

PageJson page_text(std::string_view text, std::string_view tone) {
  return {{"kind", "text"}, {"tone", tone}, {"text", text}};
}

PageJson page_facts(const std::vector<PageFact>& facts) {
  PageJson list = PageJson::array();
  for (const PageFact& fact : facts)
    list.push_back({{"label", fact.label}, {"value", fact.value}, {"note", fact.note}});
  return {{"kind", "facts"}, {"facts", std::move(list)}};
}

PageJson page_table(std::string_view title, const PageTable& table,
                    const std::vector<PageChoice>& choices) {
  return {{"kind", "table"},
          {"title", title},
          {"tables", PageJson::array({table.to_json()})},
          {"choices", choices_to_json(choices)}};
}

PageJson page_chart(const PageChart& chart) {
  PageJson spec = parse_json(page_file("charts/" + chart.spec + ".json"));
  for (const auto& [place, value] : chart.settings) spec.at(PageJson::json_pointer(place)) = value;
  PageJson tables = PageJson::array();
  for (const PageTable& table : chart.tables) tables.push_back(table.to_json());
  return {{"kind", "chart"},
          {"title", chart.title},
          {"description", chart.description},
          {"name", chart.spec},
          {"spec", std::move(spec)},
          {"tables", std::move(tables)},
          {"choices", choices_to_json(chart.choices)},
          {"open", chart.open}};
}

PageJson page_code(std::string_view title, std::string_view text, std::string_view button) {
  return {{"kind", "code"}, {"title", title}, {"text", text}, {"button", button}};
}

}  // namespace bitline
