// How long something takes, for people.
#pragma once

#include <string>

namespace bitline {

/// "48 s", "3 min 05 s", "2 h 10 min"; of less than nothing "0 s".
std::string duration(double seconds);

}  // namespace bitline
