#include "bitline/study/search_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "bitline/base/file.h"
#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/runtime/recalibrate.h"
#include "bitline/study/inputs.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using test::message_of;
using test::TestStudy;

AdcPlan plan_of(const Executor& executor, std::int64_t delta, std::size_t layers) {
  AdcPlan plan;
  for (const CimLayer* layer : executor.cim_layers()) {
    if (plan.layers.size() == layers) break;
    AdcSpec spec;
    spec.levels = 4;
    spec.delta = std::min(delta, layer->sums.magnitude());
    plan.layers[layer->name] = {spec, layer->sums};
  }
  return plan;
}

Score score_from_scratch(const SearchStudy& search_study, const RunConfig& config,
                         const AdcPlan& plan) {
  SilentProgress silent;
  const Tensor logits = predict(search_study.executor(), search_study.executor().prepare(plan),
                                search_study.sample(), config.data.normalization, "", {silent, {}});
  return score_batch(logits, search_study.sample().labels);
}

/// Also checks what is reported.
std::vector<Score> evaluate(NetworkEvaluator& evaluator, const std::vector<AdcPlan>& plans,
                            const std::vector<std::int64_t>& images) {
  std::int64_t reported = 0;
  std::vector<Score> scores =
      evaluator.evaluate(plans, images, [&](std::int64_t count) { reported += count; });
  EXPECT_EQ(reported, std::ssize(plans) * std::ssize(images));
  return scores;
}

constexpr SearchStatistics kBoth[] = {SearchStatistics::kStored, SearchStatistics::kRecalibrated};

NetworkEvaluator evaluator_of(const SearchStudy& search_study, const RunConfig& config,
                              SearchStatistics statistics) {
  NetworkEvaluator evaluator(
      search_study.executor(),
      normalized_images(search_study.executor().network(), search_study.sample(), config.data),
      search_study.sample().labels);
  SilentProgress silent;
  if (statistics == SearchStatistics::kRecalibrated) evaluator.recalibrate(silent);
  return evaluator;
}

TEST(SearchStudy, QuantizesTheNamedLayersAlone) {
  const TestStudy study;
  RunConfig config = study.config();
  config.search.layers = {"stage2.block1.conv2"};
  SilentProgress silent;
  for (const RangeMethod method :
       {RangeMethod(range_methods::kLayerWise), RangeMethod(range_methods::kNetworkWise),
        RangeMethod(range_methods::kThreeSigma)}) {
    SearchStudy search_study(load_network(config.model), config, {silent, {}});
    const SearchResult result = search_study.search(3, method, {}, {silent, {}});
    ASSERT_EQ(result.plan.layers.size(), 1U) << name_of(method);
    EXPECT_EQ(result.plan.layers.begin()->first, "stage2.block1.conv2");
    EXPECT_EQ(result.score, score_from_scratch(search_study, config, result.plan));
  }
  config.search.layers = {"stage2.block1.conv9"};
  EXPECT_THROW(SearchStudy(load_network(config.model), config, {silent, {}}), Error);
}

TEST(SearchStudy, GivesEveryLayerTheMeasuredCurve) {
  const TestStudy study;
  const std::string curve = "threshold,value\n,-1.5\n-1/2,0.25\n3,3\n";
  write_file_atomically(study.folder() / "curve.csv", curve);
  const RunConfig config =
      study.config("[adc]\ntable = \"" + (study.folder() / "curve.csv").string() + "\"\n");
  SilentProgress silent;
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const SearchResult result = search_study.search(3, range_methods::kMeasured, {}, {silent, {}});
  EXPECT_EQ(std::ssize(result.plan.layers), std::ssize(search_study.searched_layers()));
  for (const auto& [layer, adc] : result.plan.layers) {
    EXPECT_EQ(adc.spec.table_thresholds, (std::vector<std::int64_t>{0, 3})) << layer;
    EXPECT_EQ(adc.spec.table_values, (std::vector<Rational>{{-3, 2}, {1, 4}, 3})) << layer;
  }
  EXPECT_EQ(result.score, score_from_scratch(search_study, config, result.plan));
  EXPECT_THROW(search_study.search(6, range_methods::kMeasured, {}, {silent, {}}), Error);
  const std::int64_t levels[] = {3};
  EXPECT_THROW(check_ranges(study.config(), range_methods::kMeasured, levels), Error);
}

TEST(SearchStudy, CentresTheNamedLayersAlone) {
  const TestStudy study;
  const RunConfig config = study.config("centre = \"mean\"\nlayers = [\"stage2.block1.conv2\"]\n");
  SilentProgress silent;
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const SearchResult result = search_study.search(3, range_methods::kLayerWise, {}, {silent, {}});
  EXPECT_EQ(result.plan.layers.size(), 1U);
}

// Rows in another order make other sums of the same digits, between the same bounds.
TEST(SearchStudy, TakesNoScoresOfAnotherArrayFromAJournal) {
  const TestStudy study;
  RunConfig config = study.config();
  SilentProgress silent;
  const auto search = [&](RowOrder order, const std::string& journal) {
    config.array.common.row_order = order;
    SearchStudy search_study(load_network(config.model), config, {silent, {}});
    return search_study.search(3, range_methods::kLayerWise, study.folder() / journal,
                               {silent, {}});
  };
  const SearchResult fresh = search(RowOrder::kKernelMajor, "fresh");
  search(RowOrder::kChannelMajor, "journal");
  const SearchResult after = search(RowOrder::kKernelMajor, "journal");
  EXPECT_EQ(after.score, fresh.score);
  EXPECT_EQ(after.plan, fresh.plan);
}

TEST(SearchStudy, GivesALayerTheMeasuredCurveOfItsOwn) {
  const TestStudy study;
  write_file_atomically(study.folder() / "curve.csv", "threshold,value\n,-1\n0,0\n3,3\n");
  const std::string layer = "stage2.block1.conv2";
  const auto search = [&](const std::string& more) {
    const RunConfig config =
        study.config(more + fmt::format("[adc.layers.\"{}\"]\ntable = \"{}/curve.csv\"\n", layer,
                                        study.folder().string()));
    SilentProgress silent;
    SearchStudy search_study(load_network(config.model), config, {silent, {}});
    return search_study.search(3, range_methods::kMeasured, {}, {silent, {}}).plan;
  };
  const AdcPlan plan = search(fmt::format("layers = [\"{}\"]\n", layer));
  EXPECT_EQ(plan.layers.at(layer).spec.table_thresholds, (std::vector<std::int64_t>{0, 3}));
  EXPECT_EQ(
      message_of([&] { search(""); }),
      "layer stage1.block1.conv1 has no transfer curve for search.ranges \"measured\"; name a "
      "CSV file in adc.table");
}

// 72 and 144 rows of fan-in: tiles of 16 rows, or of 32.
TEST(SearchStudy, GivesEachLayerTheAdcOfItsOwnTablesAndSums) {
  const TestStudy study;
  const RunConfig config = study.config(
      "layers = [\"stage2.block1.conv2\", \"stage3.block1.conv2\"]\n"
      "[array.layers.\"stage3.block1.conv2\"]\nrows = 32\n"
      "[adc.layers.\"stage2.block1.conv2\"]\nquantizer = \"zero-rise\"\n");
  SilentProgress silent;
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  for (const RangeMethod method :
       {RangeMethod(range_methods::kNetworkWise), RangeMethod(range_methods::kLayerWise),
        RangeMethod(range_methods::kThreeSigma)}) {
    const SearchResult result = search_study.search(4, method, {}, {silent, {}});
    const PlannedAdc& second = result.plan.layers.at("stage2.block1.conv2");
    EXPECT_EQ(second.spec.quantizer, quantizers::kZeroRise);
    EXPECT_EQ(second.sums.maximum, 16);
    const PlannedAdc& third = result.plan.layers.at("stage3.block1.conv2");
    EXPECT_EQ(third.spec.quantizer, quantizers::kZeroTread);
    EXPECT_EQ(third.sums.maximum, 32);
    EXPECT_EQ(result.plan.array.at("active_rows"), "16");
    EXPECT_EQ(
        result.plan.layer_arrays,
        (decltype(result.plan.layer_arrays){{"stage3.block1.conv2", {{"active_rows", "32"}}}}));
    // Scores of a search are those of the plan as a file.
    EXPECT_EQ(result.score,
              score_from_scratch(search_study, config, plan_from_json(to_json(result.plan))));
  }
  // δ of a range for all layers goes up to the largest sum of any.
  const SearchResult network_wise =
      search_study.search(4, range_methods::kNetworkWise, {}, {silent, {}});
  EXPECT_EQ(network_wise.curves.front().points.back().delta, Rational(32));
}

TEST(SearchStudy, GivesALayerNoMoreLevelsThanItsHardwareHas) {
  const TestStudy study;
  const std::string limited = "stage3.block1.conv2";
  const RunConfig config = study.config(
      "layers = [\"stage2.block1.conv2\", \"stage3.block1.conv2\"]\n"
      "[array.layers.\"stage3.block1.conv2\"]\nadc_levels = 3\n");
  SilentProgress silent;
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  for (const RangeMethod method :
       {RangeMethod(range_methods::kLayerWise), RangeMethod(range_methods::kThreeSigma)}) {
    const AdcPlan plan = search_study.search(6, method, {}, {silent, {}}).plan;
    EXPECT_EQ(plan.layers.at("stage2.block1.conv2").spec.levels, 6);
    EXPECT_EQ(plan.layers.at(limited).spec.levels, 3);
    const AdcPlan again = search_study.search_again(plan, {silent, {}});
    EXPECT_EQ(again.layers.at(limited).spec.levels, 3);
  }
  EXPECT_THAT(
      message_of([&] {
        search_study.search(6, range_methods::kNetworkWise, {}, {silent, {}});
      }),
      ::testing::HasSubstr("array.layers.\"stage3.block1.conv2\".adc_levels = 3 is below 6"));
  EXPECT_NO_THROW(search_study.search(3, range_methods::kNetworkWise, {}, {silent, {}}));
}

TEST(SearchStudy, RefusesTheAdcOfALayerThatIsNotOnTheArray) {
  const TestStudy study;
  const RunConfig config = study.config("[adc.layers.conv1]\ntie_rule = \"away\"\n");
  SilentProgress silent;
  EXPECT_THAT(message_of([&] {
                SearchStudy search_study(load_network(config.model), config, {silent, {}});
              }),
              ::testing::StartsWith("adc.layers: 'conv1' is no layer on the array"));
}

// Layers that get no ADC have recalibrated statistics too, which go into every score.
TEST(SearchStudy, TakesNoScoresOfOtherLayersFromAJournal) {
  const TestStudy study;
  RunConfig config = study.config();
  config.search.statistics = SearchStatistics::kRecalibrated;
  config.search.options.full = true;
  SilentProgress silent;
  const auto search = [&](const std::vector<std::string>& layers, const std::string& journal) {
    config.search.layers = layers;
    SearchStudy search_study(load_network(config.model), config, {silent, {}});
    return search_study.search(3, range_methods::kLayerWise, study.folder() / journal,
                               {silent, {}});
  };
  const std::vector<std::string> two{"stage1.block2.conv1", "stage2.block1.conv1"};
  const SearchResult fresh = search(two, "fresh");
  search({"stage1.block2.conv1"}, "journal");
  EXPECT_EQ(curves_to_csv(search(two, "journal").curves), curves_to_csv(fresh.curves));
}

TEST(SearchStudy, RefusesANetworkWithNothingOnTheArray) {
  const TestStudy study;
  const RunConfig config = study.config();
  Network network = load_network(config.model);
  std::erase_if(network.quant, [](const auto& grid) { return grid.first.starts_with("stage"); });
  SilentProgress silent;
  EXPECT_THROW(SearchStudy(network, config, {silent, {}}), Error);
}

TEST(SearchStudy, GivesStreamsThatSpreadLessANarrowerRange) {
  const TestStudy study;
  // With narrower ones, half a step would be below 1.
  RunConfig config = study.config(
      "stream_ranges = \"by-spread\"\ndelta_step = 8\n"
      "layers = [\"stage1.block1.conv1\", \"stage2.block1.conv2\", \"stage3.block2.conv1\"]\n");
  SilentProgress silent;
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const SearchResult result = search_study.search(3, range_methods::kLayerWise, {}, {silent, {}});
  const HistogramMap sums = search_study.profile(false, {silent, {}});
  std::size_t shifted = 0;
  for (const auto& [layer, adc] : result.plan.layers) {
    if (adc.spec.stream_shifts.empty()) continue;
    ++shifted;
    EXPECT_EQ(std::ssize(adc.spec.stream_shifts), sums.at(layer).streams());
  }
  EXPECT_GT(shifted, 0U);
  EXPECT_EQ(result.score, score_from_scratch(search_study, config, result.plan));
  config.engine = Engine::kReference;
  const SearchStudy defined(load_network(config.model), config, {silent, {}});
  EXPECT_EQ(result.score, score_from_scratch(defined, config, result.plan));
  EXPECT_THAT(message_of([&] {
                search_study.search(3, range_methods::kThreeSigma, {}, {silent, {}});
              }),
              ::testing::HasSubstr("three-sigma are not"));
}

TEST(NetworkEvaluator, CachedPrefixesNeverChangeAScore) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  const SearchStudy search_study(load_network(config.model), config, {silent, {}});
  std::vector<std::int64_t> all(12);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  for (const SearchStatistics statistics : kBoth) {
    NetworkEvaluator evaluator = evaluator_of(search_study, config, statistics);
    // forwards through the layers, the same plan twice, back again, and jumps
    for (const auto& [delta, layers] : std::vector<std::pair<std::int64_t, std::size_t>>{
             {3, 1}, {5, 1}, {5, 1}, {5, 2}, {5, 7}, {4, 7}, {4, 1}, {6, 19}, {5, 2}, {5, 0}}) {
      const AdcPlan plan = plan_of(search_study.executor(), delta, layers);
      NetworkEvaluator fresh = evaluator_of(search_study, config, statistics);
      const Score score = evaluate(evaluator, {plan}, all).at(0);
      EXPECT_EQ(score, evaluate(fresh, {plan}, all).at(0)) << delta << " " << layers;
      if (statistics == SearchStatistics::kStored) {
        EXPECT_EQ(score, score_from_scratch(search_study, config, plan)) << delta << " " << layers;
      }
    }
  }
}

// Only batch-norms behind layers on the array move: the first layer sees the images themselves, and
// none follows the last one.
TEST(NetworkEvaluator, RecalibratedScoresAreThoseOfTheRecalibratedNetwork) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  const Network network = load_network(config.model);
  const SearchStudy search_study(network, config, {silent, {}});
  NetworkEvaluator evaluator = evaluator_of(search_study, config, SearchStatistics::kRecalibrated);
  std::vector<std::int64_t> all(12);
  std::iota(all.begin(), all.end(), 0);
  for (const std::int64_t delta : {2, 6}) {
    const AdcPlan plan =
        plan_of(search_study.executor(), delta, search_study.executor().cim_layers().size());
    Executor executor(network, MacMode::kAnalog, config.array);
    PreparedPlan prepared = executor.prepare(plan);
    recalibrate(
        executor, prepared,
        normalized_images(search_study.executor().network(), search_study.sample(), config.data),
        {silent, {}});
    const Tensor logits = predict(executor, prepared, search_study.sample(),
                                  config.data.normalization, "", {silent, {}});
    EXPECT_EQ(evaluate(evaluator, {plan}, all).at(0),
              score_batch(logits, search_study.sample().labels));
  }
}

TEST(NetworkEvaluator, PlansOfOneCallScoreAsEachAlone) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  const SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const std::vector<std::int64_t> images{7, 0, 3, 11, 5};
  for (const std::size_t layers : {1U, 4U, 19U}) {
    // layer-wise: the last layer named differs; network-wise: all do
    for (const bool layer_wise : {true, false}) {
      for (const SearchStatistics statistics : kBoth) {
        NetworkEvaluator evaluator = evaluator_of(search_study, config, statistics);
        std::vector<AdcPlan> plans;
        for (const std::int64_t delta : {2, 3, 7, 8, 20}) {
          AdcPlan plan = plan_of(search_study.executor(), delta, layers);
          if (layer_wise) {
            const std::string last = search_study.executor().cim_layers()[layers - 1]->name;
            const PlannedAdc own = plan.layers.at(last);
            plan = plan_of(search_study.executor(), 6, layers);
            plan.layers.at(last) = own;
          }
          plans.push_back(plan);
        }
        const std::vector<Score> together = evaluate(evaluator, plans, images);
        for (std::size_t i = 0; i < plans.size(); ++i)
          EXPECT_EQ(together[i], evaluate(evaluator, {plans[i]}, images).at(0))
              << layers << " " << i;
      }
    }
  }
}

// As the sensitivities of a front layer come behind a plan of the same layers.
TEST(NetworkEvaluator, PlansThatDifferInFrontOfWhatIsKeptScoreAsEachAlone) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  const SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const std::vector<std::int64_t> images{7, 0, 3, 11, 5};
  const AdcPlan plan = plan_of(search_study.executor(), 6, 19);
  AdcPlan late = plan;
  AdcPlan early = plan;
  late.layers.at(search_study.executor().cim_layers()[18]->name).spec.delta = 2;
  early.layers.at(search_study.executor().cim_layers()[1]->name).spec.delta = 2;
  for (const SearchStatistics statistics : kBoth) {
    NetworkEvaluator evaluator = evaluator_of(search_study, config, statistics);
    evaluate(evaluator, {plan}, images);
    evaluate(evaluator, {late}, images);  // the frontier goes to the last layer
    const std::vector<Score> scores = evaluate(evaluator, {plan, early}, images);
    NetworkEvaluator fresh = evaluator_of(search_study, config, statistics);
    EXPECT_EQ(scores[0], evaluate(fresh, {plan}, images).at(0));
    EXPECT_EQ(scores[1], evaluate(fresh, {early}, images).at(0));
    EXPECT_NE(scores[0], scores[1]);
  }
}

TEST(NetworkEvaluator, ScoresOfPartsAddUp) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  const SearchStudy search_study(load_network(config.model), config, {silent, {}});
  NetworkEvaluator evaluator(
      search_study.executor(),
      normalized_images(search_study.executor().network(), search_study.sample(), config.data),
      search_study.sample().labels);
  const AdcPlan plan = plan_of(search_study.executor(), 4, 5);
  Score sum = evaluate(evaluator, {plan}, {7, 0, 3, 11, 5}).at(0);
  sum += evaluate(evaluator, {plan}, {1, 2, 4, 6, 8, 9, 10}).at(0);
  EXPECT_EQ(sum, score_from_scratch(search_study, config, plan));
}

/// The pruned search finds what measuring everything finds: δ, score and tie-break of every layer.
TEST(SearchStudy, PrunedSearchEqualsTheFullOneOnARealNetwork) {
  SilentProgress silent;
  const TestStudy study;
  for (const RangeMethod method :
       {RangeMethod(range_methods::kNetworkWise), RangeMethod(range_methods::kLayerWise)}) {
    for (const char* objective :
         {"accuracy", "loss", "agreement", "accuracy\"\nstatistics = \"recalibrated"}) {
      const std::string key = "objective = \"" + std::string(objective) + "\"\n";
      const RunConfig config = study.config(key);
      const RunConfig full = study.config(key + "full = true\n");
      SearchStudy pruned_study(load_network(config.model), config, {silent, {}});
      SearchStudy full_study(load_network(full.model), full, {silent, {}});
      const SearchResult a = pruned_study.search(3, method, {}, {silent, {}});
      const SearchResult b = full_study.search(3, method, {}, {silent, {}});
      EXPECT_EQ(a.plan, b.plan) << objective;
      EXPECT_EQ(a.score, b.score) << objective;
      EXPECT_EQ(b.images_measured, b.images_in_full);
      EXPECT_LE(a.images_measured, b.images_measured);
    }
  }
}

// 16 rows give sums from −16 to 16, which 33 levels tell apart.
TEST(SearchStudy, AsManyLevelsAsSumsLoseNothing) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  for (const RangeMethod method :
       {RangeMethod(range_methods::kFullRange), RangeMethod(range_methods::kLloydMax)}) {
    const SearchResult result = search_study.search(33, method, {}, {silent, {}});
    EXPECT_EQ(result.score, search_study.lossless()) << name_of(method);
  }
}

TEST(SearchStudy, HistogramsCountEveryConversion) {
  SilentProgress silent;
  const TestStudy study;
  const RunConfig config = study.config();
  SearchStudy search_study(load_network(config.model), config, {silent, {}});
  const HistogramMap histograms = search_study.profile(true, {silent, {}});
  for (const CimLayer* layer : search_study.executor().cim_layers())
    EXPECT_EQ(statistics(histograms.at(layer->name).total()).total, 12 * layer->conversions())
        << layer->name;
}

}  // namespace
}  // namespace bitline
