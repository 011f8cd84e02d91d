#include "bitline/search/search_checks.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "bitline/base/fail.h"
#include "bitline/search/candidates.h"

namespace bitline {
namespace {

void check_layers(const std::vector<SearchLayer>& layers) {
  if (layers.empty()) fail_usage("no layer has an ADC to search; map at least one layer to arrays");
  std::set<std::string> names;
  for (const SearchLayer& layer : layers) {
    if (!names.insert(layer.name).second)
      fail("two layers are called {}; layers to search need names of their own", layer.name);
    if (largest_sum(layer) == 0)
      fail("layer {}: its only possible sum is 0, which leaves no range to search", layer.name);
  }
}

/// `choices`: by layer name.
template <typename Choice>
void check_names(const std::map<std::string, Choice>& choices, std::string_view what,
                 const std::vector<SearchLayer>& layers) {
  for (const auto& choice : choices) {
    const std::string& name = choice.first;
    if (std::ranges::find(layers, name, &SearchLayer::name) == layers.end())
      fail_usage("{} given for layer {}, which is not among those to search", what, name);
  }
}

std::vector<std::int64_t> image_order(const SearchOptions& options, std::int64_t image_count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(image_count));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  if (options.image_order.empty()) return all;
  if (!std::is_permutation(options.image_order.begin(), options.image_order.end(), all.begin(),
                           all.end()))
    fail_usage("the image order with {} entries does not name each of the {} images once",
               options.image_order.size(), image_count);
  return options.image_order;
}

void check_options(const SearchOptions& options, const Evaluator& evaluator) {
  for (const SearchLayer& layer : evaluator.layers())
    if (const Quantizer quantizer = adc_of(options, layer.name).quantizer; !quantizer->has_range())
      fail_usage("quantizer {} has no range to search; choose {}", name_of(quantizer),
                 names_with<QuantizerPolicy>(&QuantizerPolicy::has_range));
  check_delta_step(options.delta_step);
  if (options.block_images < 1)
    fail_usage("a block of {} images is empty; ask for at least 1 image at once",
               options.block_images);
  if (!is_search(options.method))
    fail_usage("range method {} takes no search; it follows from statistics of the sums",
               name_of(options.method));
  if (options.method == range_methods::kNetworkWise && !options.levels.empty())
    fail_usage("one range for all layers goes with one number of levels; search layer-wise");
  if (evaluator.image_count() < 1) fail_usage("the search sample holds no image");
  check_layers(evaluator.layers());
  check_names(options.layer_adcs, "an ADC is", evaluator.layers());
  check_names(options.centres, "a centre is", evaluator.layers());
  check_names(options.stream_shifts, "stream shifts are", evaluator.layers());
}

}  // namespace

void check_delta_step(const Rational& delta_step) {
  if (delta_step <= 0 || (delta_step * 2).denominator() != 1)
    fail_usage("delta_step {} is not a positive multiple of 1/2", to_string(delta_step));
}

std::vector<std::int64_t> checked_image_order(const SearchOptions& options,
                                              const Evaluator& evaluator) {
  check_options(options, evaluator);
  return image_order(options, evaluator.image_count());
}

}  // namespace bitline
