// bitline profile: exact histograms of the partial sums.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/file.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/inputs.h"
#include "bitline/study/profile_report.h"
#include "bitline/study/search_study.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct ProfileArguments {
  ConfigArguments config;
  std::string out = "profile";
  bool by_tile = false;
  bool json = false;
};

void print_statistics(const Executor& executor, const HistogramMap& histograms) {
  fmt::print("{:<28} {:>12} {:>8} {:>10} {:>6} {:>6} {:>8}\n", "layer", "conversions", "mean",
             "deviation", "min", "max", "zeros");
  for (const CimLayer* layer : executor.cim_layers()) {
    const HistogramStatistics s = statistics(histograms.at(layer->name).total());
    fmt::print("{:<28} {:>12} {:>8.3f} {:>10.3f} {:>6} {:>6} {:>6.1f} %\n", layer->name, s.total,
               s.mean, s.deviation, s.smallest, s.largest, 100 * s.zero_share);
  }
}

Json json_of(const Executor& executor, const HistogramMap& histograms) {
  Json layers = Json::array();
  for (const CimLayer* layer : executor.cim_layers()) {
    const HistogramStatistics s = statistics(histograms.at(layer->name).total());
    layers.push_back({{"layer", layer->name},
                      {"conversions", s.total},
                      {"mean", s.mean},
                      {"deviation", s.deviation},
                      {"minimum", s.smallest},
                      {"maximum", s.largest},
                      {"zero_share", s.zero_share}});
  }
  return layers;
}

void profile(const ProfileArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  const std::filesystem::path folder = arguments.out;
  make_folder(folder);
  const Network network = load_network(config);
  SearchStudy study(network, config, context.job());
  const HistogramMap histograms =
      study.profile(arguments.by_tile || config.profile.by_tile, context.job());
  const ProfileFiles files = profile_files(study.executor(), histograms);
  write_file_atomically(folder / "counts.csv", files.counts_csv);
  write_file_atomically(folder / "statistics.csv", files.statistics_csv);
  write_file_atomically(folder / "histograms.npz", files.histograms_npz);
  if (arguments.json)
    return print_json({{"images", study.sample().size()},
                       {"layers", json_of(study.executor(), histograms)},
                       {"folder", folder.string()}});
  print_assumed(assumptions(network, config.data));
  print_statistics(study.executor(), histograms);
  fmt::print("\n{} images; counts.csv, statistics.csv and histograms.npz in {}\n",
             study.sample().size(), folder.string());
}

}  // namespace

void add_profile(Command app, Context& context) {
  auto arguments = std::make_shared<ProfileArguments>();
  Command command = app.subcommand(
      "profile", "Count every partial sum of every layer, weight plane and input stream");
  command.footer("Example: bitline profile examples/quickstart.toml --out profile");
  arguments->config.add_to(command);
  command.option("--out", arguments->out, "Folder for the files").type("DIR");
  command.flag("--by-tile", arguments->by_tile, "Keep tiles apart");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { profile(*arguments, context); });
}

}  // namespace bitline::cli
