#include "bitline/profile/layer_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "bitline/base/npy_writer.h"
#include "bitline/base/zip_writer.h"

namespace bitline {
namespace {

constexpr std::string_view kAll = "all";

/// A field of a CSV file, in quotes where commas or quotes ask for them.
std::string csv_field(std::string_view field) {
  if (field.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(field);
  std::string result = "\"";
  for (const char c : field) result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

std::string tile_name(const ProfilePart& part) {
  return part.tile ? std::to_string(*part.tile) : std::string(kAll);
}

/// Histograms of the parts that `choose` wants, added up; their ranges may differ.
template <typename Choose>
Histogram merged(std::span<const LayerProfile> profiles, const Choose& choose) {
  std::vector<const Histogram*> chosen;
  for (const LayerProfile& profile : profiles)
    for (const ProfilePart& part : profile.parts)
      if (choose(part)) chosen.push_back(&part.histogram);
  if (chosen.empty()) return {};
  std::int64_t minimum = chosen.front()->minimum();
  std::int64_t maximum = chosen.front()->maximum();
  for (const Histogram* histogram : chosen) {
    minimum = std::min(minimum, histogram->minimum());
    maximum = std::max(maximum, histogram->maximum());
  }
  Histogram sum(minimum, maximum);
  for (const Histogram* histogram : chosen)
    for (std::int64_t p = histogram->minimum(); p <= histogram->maximum(); ++p)
      sum.add(p, histogram->count(p));
  return sum;
}

/// Rows of statistics_csv.
class StatisticsTable {
 public:
  void add_layer(const LayerProfile& profile) {
    const std::string layer = csv_field(profile.layer);
    std::set<std::int64_t> tiles, planes, streams;
    for (const ProfilePart& part : profile.parts) {
      add(layer, tile_name(part), std::to_string(part.plane), std::to_string(part.stream),
          part.histogram);
      if (part.tile) tiles.insert(*part.tile);
      planes.insert(part.plane);
      streams.insert(part.stream);
    }
    const std::span<const LayerProfile> alone(&profile, 1);
    for (const std::int64_t plane : planes)
      add(layer, kAll, std::to_string(plane), kAll,
          merged(alone, [=](const ProfilePart& part) { return part.plane == plane; }));
    for (const std::int64_t stream : streams)
      add(layer, kAll, kAll, std::to_string(stream),
          merged(alone, [=](const ProfilePart& part) { return part.stream == stream; }));
    for (const std::int64_t tile : tiles)
      add(layer, std::to_string(tile), kAll, kAll,
          merged(alone, [=](const ProfilePart& part) { return part.tile == tile; }));
    add_total(layer, alone);
  }

  void add_total(std::string_view layer, std::span<const LayerProfile> profiles) {
    add(layer, kAll, kAll, kAll, merged(profiles, [](const ProfilePart&) { return true; }));
  }

  const std::string& text() const { return text_; }

 private:
  void add(std::string_view layer, std::string_view tile, std::string_view plane,
           std::string_view stream, const Histogram& histogram) {
    const HistogramStatistics s = statistics(histogram);
    fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{},{},{},{},{}\n", layer, tile, plane,
                   stream, s.total, s.mean, s.deviation, s.smallest, s.largest, s.zero_share);
  }

  std::string text_ =
      "layer,tile,plane,stream,conversions,mean,deviation,minimum,maximum,zero_share\n";
};

}  // namespace

std::string counts_csv(std::span<const LayerProfile> profiles) {
  std::string text = "layer,tile,plane,stream,sum,count\n";
  for (const LayerProfile& profile : profiles) {
    const std::string layer = csv_field(profile.layer);
    for (const ProfilePart& part : profile.parts) {
      const Histogram& histogram = part.histogram;
      for (std::int64_t p = histogram.minimum(); p <= histogram.maximum(); ++p)
        if (const std::int64_t count = histogram.count(p); count != 0)
          fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{}\n", layer, tile_name(part),
                         part.plane, part.stream, p, count);
    }
  }
  return text;
}

std::string statistics_csv(std::span<const LayerProfile> profiles) {
  StatisticsTable table;
  for (const LayerProfile& profile : profiles) table.add_layer(profile);
  table.add_total(kAll, profiles);
  return table.text();
}

std::vector<std::byte> histograms_npz(std::span<const LayerProfile> profiles) {
  std::vector<ZipMember> members;
  for (const LayerProfile& profile : profiles)
    for (const ProfilePart& part : profile.parts) {
      const std::string tile = part.tile ? fmt::format(".tile{}", *part.tile) : "";
      const std::string name =
          fmt::format("{}{}.plane{}.stream{}", profile.layer, tile, part.plane, part.stream);
      const std::vector<std::int64_t>& counts = part.histogram.counts();
      const std::int64_t minimum = part.histogram.minimum();
      members.push_back(
          {name + ".npy", npy_file(Tensor::of<std::int64_t>({std::ssize(counts)}, counts))});
      members.push_back(
          {name + ".minimum.npy", npy_file(Tensor::of<std::int64_t>({}, std::span(&minimum, 1)))});
    }
  return zip_archive(members);
}

}  // namespace bitline
