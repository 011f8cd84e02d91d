// inspect and export of a bare network file.
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::make_network;
using test::Outcome;
using test::StudyTest;

class NetworkFileTest : public StudyTest {
 protected:
  /// Binary weights −1 and +1, which only bipolar cells hold.
  void write_binary_network() {
    QuantizeOptions options;
    options.weight_bits = 1;
    options.odd_weights = true;
    write_network(folder() / "binary.safetensors", make_network(options));
  }
};

TEST_F(NetworkFileTest, InspectTakesSettings) {
  const auto tiles_of = [&](const std::string& rows) {
    const Outcome outcome = run({"inspect", "network.safetensors", "--set", "array.rows=" + rows});
    EXPECT_EQ(outcome.exit_code, 0);
    std::smatch found;
    EXPECT_TRUE(std::regex_search(outcome.output, found, std::regex("conv2 +36 +([0-9]+)")));
    return found[1].str();
  };
  EXPECT_EQ(tiles_of("128"), "1");
  EXPECT_EQ(tiles_of("8"), "5");
  expect_refusal({"inspect", "network.safetensors", "--set", "array.lines=8"}, 2, {"array.lines"});
}

// Which --set would take for the beginning of a list.
TEST_F(NetworkFileTest, TakesAFileOfAnyName) {
  for (const char* name : {"[v2] network.safetensors", "{a.safetensors", "'b'.safetensors"}) {
    std::filesystem::copy_file(folder() / "network.safetensors", folder() / name);
    EXPECT_EQ(run({"inspect", name}).exit_code, 0) << name;
  }
}

TEST_F(NetworkFileTest, ExportLiesOnTheArrayThatInspectShows) {
  write_binary_network();
  EXPECT_EQ(run({"inspect", "binary.safetensors"}).exit_code, 0);
  EXPECT_EQ(run({"export", "binary.safetensors", "--to", "npz", "--out", "a.npz"}).exit_code, 0);
  EXPECT_EQ(run({"export", "network.safetensors", "--to", "npz", "--out", "b.npz", "--set",
                 "array.encoding=offset"})
                .exit_code,
            0);
}

// A configuration that names no encoding lets the weights choose, in each command.
TEST_F(NetworkFileTest, OddWeightsTakeBipolarCellsEverywhere) {
  write_binary_network();
  write("study.toml", test::replaced(test::kStudy, "network.safetensors", "binary.safetensors"));
  const Outcome inspected = run({"inspect", "binary.safetensors", "--set", "array.rows=16"});
  const Outcome configured = run({"inspect", "study.toml"});
  EXPECT_EQ(configured.exit_code, 0);
  EXPECT_EQ(configured.output, inspected.output);
  EXPECT_EQ(run({"evaluate", "study.toml"}).exit_code, 0);
  EXPECT_EQ(run({"search", "study.toml", "--out", "out"}).exit_code, 0);
  EXPECT_NE(read("out/L3-layer-wise.json").find("bipolar"), std::string::npos);
  expect_refusal({"evaluate", "study.toml", "--set", "array.encoding=differential"}, 2,
                 {"take encoding = bipolar"});
}

}  // namespace
}  // namespace bitline::cli
