#include "bitline/mapping/tiling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/layers.h"

namespace bitline {
namespace {

using test::message_of;
using testing::ElementsAre;
using testing::HasSubstr;

ConvGeometry conv(std::int64_t channels, std::int64_t height, std::int64_t width) {
  ConvGeometry geometry;
  geometry.in_channels = channels;
  geometry.kernel_height = height;
  geometry.kernel_width = width;
  return geometry;
}

ArraySpec driving(std::int64_t rows, RowOrder order, TileCut cut) {
  ArraySpec array;
  array.rows = rows;
  array.row_order = order;
  array.tile_cut = cut;
  return array;
}

std::vector<std::size_t> lengths(const std::vector<Tile>& tiles) {
  std::vector<std::size_t> sizes;
  for (const Tile& tile : tiles) sizes.push_back(tile.size());
  return sizes;
}

// 16 channels of 3 × 3 are 144 rows.
TEST(CutTiles, FillsTilesOrBalancesThem) {
  const ConvGeometry geometry = conv(16, 3, 3);
  EXPECT_THAT(lengths(cut_tiles(geometry, driving(128, RowOrder::kChannelMajor, TileCut::kFull))),
              ElementsAre(128, 16));
  EXPECT_THAT(
      lengths(cut_tiles(geometry, driving(128, RowOrder::kChannelMajor, TileCut::kBalanced))),
      ElementsAre(72, 72));
  EXPECT_THAT(lengths(cut_tiles(geometry, driving(50, RowOrder::kKernelMajor, TileCut::kBalanced))),
              ElementsAre(48, 48, 48));
  EXPECT_THAT(lengths(cut_tiles(geometry, driving(144, RowOrder::kKernelMajor, TileCut::kFull))),
              ElementsAre(144));
}

// ⌊128 / 9⌋ = 14 channels are 126 rows; 16 channels balance as 8 + 8, 20 at 7 to a tile as 7 + 7
// + 6.
TEST(CutTiles, KeepsWholeChannelsTogether) {
  EXPECT_THAT(
      lengths(cut_tiles(conv(16, 3, 3), driving(128, RowOrder::kWholeChannels, TileCut::kFull))),
      ElementsAre(126, 18));
  EXPECT_THAT(lengths(cut_tiles(conv(16, 3, 3),
                                driving(128, RowOrder::kWholeChannels, TileCut::kBalanced))),
              ElementsAre(72, 72));
  EXPECT_THAT(
      lengths(cut_tiles(conv(20, 3, 3), driving(64, RowOrder::kWholeChannels, TileCut::kBalanced))),
      ElementsAre(63, 63, 54));
}

// Index of (c, y, x) is 4c + 2y + x.
TEST(CutTiles, LaysTheFanInAlongTheRowsInTheOrderAskedFor) {
  const ConvGeometry geometry = conv(2, 2, 2);
  EXPECT_THAT(cut_tiles(geometry, driving(3, RowOrder::kChannelMajor, TileCut::kFull)),
              ElementsAre(Tile{0, 1, 2}, Tile{3, 4, 5}, Tile{6, 7}));
  EXPECT_THAT(cut_tiles(geometry, driving(3, RowOrder::kKernelMajor, TileCut::kFull)),
              ElementsAre(Tile{0, 4, 1}, Tile{5, 2, 6}, Tile{3, 7}));
  EXPECT_THAT(cut_tiles(geometry, driving(5, RowOrder::kWholeChannels, TileCut::kFull)),
              ElementsAre(Tile{0, 1, 2, 3}, Tile{4, 5, 6, 7}));
}

TEST(CutTiles, CutsOneGroupsFanIn) {
  ConvGeometry depthwise = conv(6, 3, 3);
  depthwise.groups = depthwise.out_channels = 6;
  EXPECT_THAT(lengths(cut_tiles(depthwise, driving(6, RowOrder::kChannelMajor, TileCut::kFull))),
              ElementsAre(6, 3));
}

TEST(CutTiles, RefusesFewerRowsThanAKernelUnderWholeChannels) {
  ArraySpec array = driving(128, RowOrder::kWholeChannels, TileCut::kFull);
  array.active_rows = 8;
  const std::string message =
      message_of(ErrorKind::kUsage, [&] { cut_tiles(conv(2, 3, 3), array); });
  EXPECT_THAT(message, HasSubstr("8 rows are fewer than the 9 of a 3 x 3 kernel"));
  EXPECT_THAT(message, HasSubstr("whole-channels"));
  array.active_rows = 9;
  EXPECT_EQ(cut_tiles(conv(2, 3, 3), array).size(), 2u);
}

TEST(CutTiles, EveryRowOfTheFanInStandsInExactlyOneTileThatIsNotTooLong) {
  EXPECT_TRUE(rc::check([] {
    const test::Draw draw = [](std::int64_t least, std::int64_t most) {
      return *rc::gen::inRange(least, most + 1);
    };
    const ConvGeometry geometry = test::draw_geometry(draw);
    ArraySpec array;
    array.rows = draw(9, 60);
    array.row_order = static_cast<RowOrder>(draw(0, 2));
    array.tile_cut = static_cast<TileCut>(draw(0, 1));
    std::vector<std::int64_t> rows;
    for (const Tile& tile : cut_tiles(geometry, array)) {
      RC_ASSERT(!tile.empty());
      RC_ASSERT(static_cast<std::int64_t>(tile.size()) <= array.rows);
      rows.insert(rows.end(), tile.begin(), tile.end());
    }
    std::sort(rows.begin(), rows.end());
    RC_ASSERT(static_cast<std::int64_t>(rows.size()) == geometry.fan_in());
    for (std::size_t row = 0; row < rows.size(); ++row)
      RC_ASSERT(rows[row] == static_cast<std::int64_t>(row));
  }));
}

}  // namespace
}  // namespace bitline
