// The deterministic class-balanced sample that the range search looks at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bitline {

/// `per_class` indices of each class, drawn without replacement from
/// Random::stream(seed, "class-balanced sample", class) and returned sorted: a class's draw does
/// not depend on the other classes, and a sample of fewer per class is part of one of more. The
/// first `skipped` drawn of each class are left out: such a sample shares no image with the one of
/// `skipped` per class. Throws Error when a class has fewer than `skipped` + `per_class` images, or
/// `per_class` < 1.
std::vector<std::int64_t> class_balanced_sample(std::span<const std::int32_t> labels,
                                                std::int32_t classes, std::int64_t per_class,
                                                std::uint64_t seed, std::int64_t skipped = 0);

/// Images of the class that has the fewest of them. Throws Error when a label is outside 0 to
/// `classes` - 1.
std::int64_t smallest_class(std::span<const std::int32_t> labels, std::int32_t classes);

}  // namespace bitline
