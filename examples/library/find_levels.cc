// Finds the best ADC ranges of a network's layers for each number of levels, and keeps the plans.
//   find_levels NETWORK IMAGES FOLDER LEVELS...
#include <bitline/bitline.h>

#include <iostream>
#include <stdexcept>

int main(int argc, char** argv) try {
  if (argc < 5) throw std::invalid_argument("NETWORK IMAGES FOLDER LEVELS... are needed");
  const bitline::Network network = bitline::load_network(argv[1]);
  const bitline::Dataset images = bitline::load_samples(argv[2]).data;
  bitline::ArraySpec array;  // 128 × 128, cells and DACs of one bit, differential pairs
  array.columns_per_adc = 8;
  bitline::StudyOptions options;
  options.normalization = {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
  bitline::Study study(network, array, images, options);
  std::cout << "lossless: " << study.lossless().correct << " of " << images.size() << '\n';
  for (int i = 4; i < argc; ++i) {
    const bitline::SearchResult found = study.search(std::stoll(argv[i]));
    std::cout << argv[i] << " levels: " << found.score.correct << '\n';
    bitline::write_plan(std::string(argv[3]) + "/L" + argv[i] + ".json", found.plan);
  }
} catch (const std::exception& error) {
  std::cerr << "find_levels: " << error.what() << '\n';
  return 1;
}
