#include <fmt/format.h>

#include <string>

#include "bitline/search/range_search.h"

namespace bitline {
namespace {

/// Doubled quotes inside quotes, as RFC 4180 asks for.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

/// δ is a multiple of ½, so one decimal is exact.
std::string decimal(const Rational& half_steps) {
  return fmt::format("{}{}", half_steps.floor(), half_steps.denominator() == 1 ? "" : ".5");
}

std::string line(const SearchCurve& curve, std::size_t index) {
  const CurvePoint& point = curve.points[index];
  const char* status = index == curve.winner ? "winner" : point.dropped ? "dropped" : "measured";
  return fmt::format("{},{},{},{},{},{},{},{}\n", curve.pass,
                     curve.layer.empty() ? "*" : quoted(curve.layer), decimal(point.delta),
                     point.code_map, point.score.images, point.score.correct, point.score.loss,
                     status);
}

}  // namespace

std::string curves_to_csv(const std::vector<SearchCurve>& curves) {
  std::string csv = "pass,layer,delta,code_map,images,correct,loss,status\n";
  for (const SearchCurve& curve : curves)
    for (std::size_t i = 0; i < curve.points.size(); ++i) csv += line(curve, i);
  return csv;
}

}  // namespace bitline
