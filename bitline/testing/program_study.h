// A small study in a folder of its own, for tests that call the program: images of two classes, a
// network with two layers on the array, and a configuration that names both.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "bitline/base/file.h"
#include "bitline/base/random.h"
#include "bitline/data/sample_file.h"
#include "bitline/graph/network_file.h"
#include "bitline/models/network_builder.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/testing/program.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline::test {

/// What a call of the program gave.
struct Outcome {
  int exit_code = 0;
  std::string output;               ///< standard output
  std::vector<std::string> errors;  ///< lines of standard error that tell no progress
};

inline std::vector<std::string> lines_without_progress(const std::string& text) {
  static const std::regex progress(".+: +[0-9]+ %, .+");
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!std::regex_match(line, progress)) lines.push_back(line);
  return lines;
}

/// `size` x `size` images of two classes that take turns: dark and bright, with noise.
inline Samples make_images(std::int64_t count, std::int64_t size, std::uint64_t seed) {
  Samples samples;
  samples.data.images = Tensor(DType::kU8, {count, 3, size, size});
  samples.data.classes = 2;
  samples.dataset = "test";
  samples.origin = "drawn by a test";
  Random random(seed);
  std::size_t i = 0;
  const auto pixels = static_cast<std::size_t>(3 * size * size);
  for (std::uint8_t& value : samples.data.images.data<std::uint8_t>())
    value = static_cast<std::uint8_t>(random.below(192) + 64 * (i++ / pixels % 2));
  for (std::int32_t label = 0; label < count; ++label) samples.data.labels.push_back(label % 2);
  return samples;
}

/// Three 3 x 3 convolutions of `channels` channels and a classifier. The first layer and the last
/// stay digital, "conv2" and "conv3" lie on the array.
inline Network make_float_network(std::int64_t channels, std::int64_t classes = 2) {
  NetworkBuilder build("small", {3, 8, 8}, 1);
  std::string value = build.input();
  std::int64_t from = 3;
  for (const char* layer : {"1", "2", "3"}) {
    value = build.conv(fmt::format("conv{}", layer), value, from, channels, 3, 1);
    value = build.batch_norm(fmt::format("norm{}", layer), value, channels);
    value = build.relu(fmt::format("relu{}", layer), value);
    from = channels;
  }
  build.linear("classifier", build.global_average_pool("pool", value), channels, classes, true);
  return std::move(build).finish();
}

/// The float network on integer grids; steps of activations fit values of about 0 to 2.
inline Network make_network(const QuantizeOptions& options = {}, std::int64_t classes = 2) {
  Network network = make_float_network(4, classes);
  attach_quantizers(network, options);
  for (auto& [name, spec] : network.quant)
    if (!network.tensors.contains(name))
      spec.scale.data<float>()[0] = 2.0F / static_cast<float>(spec.maximum());
  return network;
}

constexpr const char* kStudy = R"(seed = 1
threads = 1

[data]
format = "samples"
search_file = "search.safetensors"
test_file = "test.safetensors"
images_per_class = 10

[model]
file = "network.safetensors"

[array]
rows = 16

[search]
levels = [3]
ranges = ["layer-wise"]
max_loss = 100.0
)";

/// Whether the program that is tested has LibTorch beside it, without which it trains nothing.
inline bool trains() {
  return std::filesystem::exists(std::filesystem::path(BITLINE_PROGRAM).parent_path() /
                                 "bitline_torch.so");
}
constexpr const char* kNoTraining = "training needs LibTorch";

/// `text` with its one `from` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from << " is not in\n" << text;
  EXPECT_EQ(text.find(from, place + 1), std::string::npos) << from << " stands twice in\n" << text;
  return place == std::string::npos ? text : text.replace(place, from.size(), to);
}

/// What the first group of `pattern` matches, in order.
inline std::vector<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.push_back((*match)[1]);
  return found;
}

/// What a --help text lists.
inline std::vector<std::string> subcommands_in(const std::string& help) {
  return matches(help.substr(std::min(help.find("\nSubcommands:"), help.size())),
                 std::regex("\n  ([a-z]+) "));
}
inline std::vector<std::string> options_in(const std::string& help) {
  return matches(help, std::regex("\n  (?:-.,)?(--[a-z-]+)"));
}

/// The program works in folder(), which holds the study and is removed at the end.
class StudyTest : public testing::Test {
 protected:
  StudyTest() {
    ::setenv("OMP_NUM_THREADS", "1", 1);
    ::unsetenv("BITLINE_DATA");
    make_folder(folder());
    save_samples(folder() / "search.safetensors", make_images(20, 8, 1));
    save_samples(folder() / "test.safetensors", make_images(20, 8, 2));
    write_network(folder() / "network.safetensors", make_network());
    write("study.toml", kStudy);
  }

  std::filesystem::path folder() const { return root_.path() / "study"; }
  std::string read(const std::string& file) const { return read_text_file(folder() / file); }
  void write(const std::string& file, std::string_view text) const {
    write_file_atomically(folder() / file, text);
  }

  Call call() const {
    return {
        .folder = folder(), .output = root_.path() / "output", .errors = root_.path() / "errors"};
  }

  Outcome run(const std::vector<std::string>& arguments) const { return run(arguments, call()); }
  Outcome run(const std::vector<std::string>& arguments, const Call& call) const {
    Process process(arguments, call);
    const int exit_code = process.wait();
    return {exit_code, text_of(call.output), lines_without_progress(text_of(call.errors))};
  }

  /// The --help text of a subcommand; without words, of the program.
  std::string help(std::vector<std::string> words) const {
    words.emplace_back("--help");
    return run(words).output;
  }

  /// Lines that a shell command prints in folder(), of both its outputs.
  std::vector<std::string> shell(const std::string& command) const {
    const std::string line = fmt::format("cd '{}' && {} 2>&1", folder().string(), command);
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(line.c_str(), "r"), ::pclose);
    std::string text;
    for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) text += static_cast<char>(c);
    return matches(text, std::regex("([^\n]+)\n"));
  }

  /// Every file below folder(), apart from what says of a run folder that nothing is finished yet.
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
      if (!entry.is_directory() && entry.path().filename() != ".lock" &&
          entry.path().filename() != "manifest.json")
        names.insert(entry.path().lexically_relative(folder()).string());
    return names;
  }

  /// The program refuses: `exit_code`, one line that holds all `words`, and no new file.
  void expect_refusal(const std::vector<std::string>& arguments, int exit_code,
                      const std::vector<std::string>& words) const {
    expect_refusal(arguments, call(), exit_code, words);
  }
  void expect_refusal(const std::vector<std::string>& arguments, const Call& call, int exit_code,
                      const std::vector<std::string>& words) const {
    const std::set<std::string> before = files();
    const Outcome outcome = run(arguments, call);
    EXPECT_EQ(outcome.exit_code, exit_code);
    expect_error(outcome, words);
    EXPECT_EQ(files(), before);
  }
  static void expect_error(const Outcome& outcome, const std::vector<std::string>& words) {
    ASSERT_THAT(outcome.errors, testing::SizeIs(1));
    EXPECT_THAT(outcome.errors[0], testing::StartsWith("bitline: "));
    for (const std::string& word : words) EXPECT_THAT(outcome.errors[0], testing::HasSubstr(word));
  }

 private:
  /// What was said, unless it went to a device.
  static std::string text_of(const std::filesystem::path& file) {
    return std::filesystem::is_regular_file(file) ? read_text_file(file) : "";
  }

  const TemporaryFolder root_;
};

/// A case of a parameterized test: the study with one change, and what the error says.
struct BadInput {
  const char* name;
  std::string from, to;            ///< replaces `from` in the configuration
  std::vector<std::string> words;  ///< of the error

  friend void PrintTo(const BadInput& input, std::ostream* stream) { *stream << input.to; }
};

}  // namespace bitline::test
