// Whether answers are any better than a guess.
#pragma once

#include <cstdint>

namespace bitline {

/// Whether guesses among `classes` would give `correct` right answers or more in at least one of 40
/// cases (the upper 2.5 % of the exact binomial distribution). `classes` is at least 2, `images` at
/// least 1.
bool could_be_guessed(std::int64_t correct, std::int64_t images, std::int64_t classes);

}  // namespace bitline
