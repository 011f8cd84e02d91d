#include "bitline/base/error.h"

namespace bitline {

void Error::add_context(std::string_view context) {
  message_.insert(0, std::string(context) + ": ");
}

}  // namespace bitline
