// Windows over images.
#include <algorithm>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {
namespace {

constexpr std::int64_t kGrain = 4;  // planes that one thread takes at least

/// The windows along one side of an image.
struct Side {
  std::int64_t size, windows, kernel, stride, dilation, before, behind;

  /// Place in the image that window w sees with the kernel's entry k; outside of it in the padding.
  std::int64_t place(std::int64_t w, std::int64_t k) const {
    return w * stride + k * dilation - before;
  }
  bool is_inside(std::int64_t place) const { return place >= 0 && place < size; }
  /// Windows [first, last) whose entry k lies in the image.
  std::int64_t first(std::int64_t k) const {
    return std::clamp<std::int64_t>(ceil_div(before - k * dilation, stride), 0, windows);
  }
  std::int64_t last(std::int64_t k) const {
    return std::clamp<std::int64_t>(ceil_div(size + before - k * dilation, stride), 0, windows);
  }
  /// Entries of window w in the image, and with its padding.
  std::int64_t count(std::int64_t w, bool with_padding) const {
    std::int64_t places = 0;
    for (std::int64_t k = 0; k < kernel; ++k) {
      const std::int64_t at = place(w, k);
      if (with_padding ? at < size + behind : is_inside(at)) ++places;
    }
    return places;
  }
};

/// Windows [first, last) that see something through one entry of the kernel.
struct Reach {
  std::int64_t first, last;
};

struct Sides {
  Side rows, columns;
  std::vector<Reach> reaches;  // of the columns, by entry of the kernel

  Sides(const Windows& w, const Shape& shape)
      : rows{shape[2],        0, w.kernel.height, w.stride.height, w.dilation.height, w.padding.top,
             w.padding.bottom},
        columns{shape[3],       0, w.kernel.width, w.stride.width, w.dilation.width, w.padding.left,
                w.padding.right} {
    for (Side* side : {&rows, &columns})
      side->windows = window_count(side->size, side->kernel, side->stride, side->dilation,
                                   side->before + side->behind, w.ceil);
    for (std::int64_t u = 0; u < columns.kernel; ++u)
      reaches.push_back({columns.first(u), columns.last(u)});
  }
};

/// Row y of the windows over one plane: calls take(x, element) for every window x and every element
/// of the image that it sees, of one window in the order of memory.
template <typename Element, typename Take>
void visit_row(const Sides& sides, std::int64_t y, const Element* plane, const Take& take) {
  const Side& columns = sides.columns;
  for (std::int64_t v = 0; v < sides.rows.kernel; ++v) {
    const std::int64_t row = sides.rows.place(y, v);
    if (!sides.rows.is_inside(row)) continue;
    const Element* from = plane + row * columns.size;
    std::int64_t u = 0;
    for (const Reach reach : sides.reaches) {
      for (std::int64_t x = reach.first; x < reach.last; ++x) take(x, from[columns.place(x, u)]);
      ++u;
    }
  }
}

/// Calls body(plane, first element of the plane's windows) for every image and channel.
template <typename Body>
void for_each_plane(const Tensor& x, const Sides& sides, const Body& body) {
  const std::int64_t in = sides.rows.size * sides.columns.size;
  const std::int64_t out = sides.rows.windows * sides.columns.windows;
  parallel_for(0, x.dim(0) * x.dim(1), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) body(plane * in, plane * out);
  });
}

void require_images(const Tensor& x) {
  if (x.shape().size() != 4)
    fail("a pooling over a tensor of shape {}; [images, channels, height, width] is needed",
         to_string(x.shape()));
}

template <typename Element>
Tensor max_pool_of(const Windows& windows, const Tensor& x) {
  const Sides sides(windows, x.shape());
  Tensor y(x.dtype(), {x.dim(0), x.dim(1), sides.rows.windows, sides.columns.windows});
  const Element* from = x.data<Element>().data();
  Element* to = y.data<Element>().data();
  for_each_plane(x, sides, [&](std::int64_t in, std::int64_t out) {
    for (std::int64_t row = 0; row < sides.rows.windows; ++row) {
      Element* largest = to + out + row * sides.columns.windows;
      std::fill_n(largest, sides.columns.windows, std::numeric_limits<Element>::lowest());
      visit_row(sides, row, from + in, [&](std::int64_t i, Element element) {
        largest[i] = std::max(largest[i], element);
      });
    }
  });
  return y;
}

std::vector<std::int64_t> counts_of(const Side& side, bool with_padding) {
  std::vector<std::int64_t> counts;
  for (std::int64_t w = 0; w < side.windows; ++w) counts.push_back(side.count(w, with_padding));
  return counts;
}

}  // namespace

Tensor max_pool(const Windows& windows, const Tensor& x) {
  require_images(x);
  return x.dtype() == DType::kI32 ? max_pool_of<std::int32_t>(windows, x)
                                  : max_pool_of<float>(windows, x);
}

Tensor average_pool(const AveragePool& pool, const Tensor& x) {
  require_images(x);
  const Sides sides(pool.windows, x.shape());
  Tensor y(DType::kF32, {x.dim(0), x.dim(1), sides.rows.windows, sides.columns.windows});
  const std::vector<std::int64_t> sizes = window_sizes(pool, x.shape());
  const float* from = x.data<float>().data();
  float* to = y.data<float>().data();
  for_each_plane(x, sides, [&](std::int64_t in, std::int64_t out) {
    std::vector<double> sums(static_cast<std::size_t>(sides.columns.windows));
    auto size = sizes.begin();
    for (std::int64_t row = 0; row < sides.rows.windows; ++row) {
      std::ranges::fill(sums, 0.0);
      visit_row(sides, row, from + in, [&](std::int64_t i, float element) {
        sums[static_cast<std::size_t>(i)] += static_cast<double>(element);
      });
      for (const double sum : sums) {
        *(to + out++) = *size == 0 ? 0.0F : static_cast<float>(sum / static_cast<double>(*size));
        ++size;
      }
    }
  });
  return y;
}

Tensor sum_pool(const Windows& windows, const Tensor& x) {
  require_images(x);
  const Sides sides(windows, x.shape());
  Tensor y(DType::kI64, {x.dim(0), x.dim(1), sides.rows.windows, sides.columns.windows});
  const std::int32_t* from = x.data<std::int32_t>().data();
  std::int64_t* to = y.data<std::int64_t>().data();
  for_each_plane(x, sides, [&](std::int64_t in, std::int64_t out) {
    for (std::int64_t row = 0; row < sides.rows.windows; ++row) {
      std::int64_t* sums = to + out + row * sides.columns.windows;
      visit_row(sides, row, from + in,
                [&](std::int64_t i, std::int32_t element) { sums[i] += element; });
    }
  });
  return y;
}

std::vector<std::int64_t> window_sizes(const AveragePool& pool, const Shape& shape) {
  const Sides sides(pool.windows, shape);
  const std::vector<std::int64_t> columns = counts_of(sides.columns, pool.count_padding);
  std::vector<std::int64_t> sizes;
  for (const std::int64_t rows : counts_of(sides.rows, pool.count_padding))
    for (const std::int64_t column : columns) sizes.push_back(rows * column);
  return sizes;
}

}  // namespace bitline::digital
