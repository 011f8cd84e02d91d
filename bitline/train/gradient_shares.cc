#include "bitline/train/gradient_shares.h"

#include "bitline/base/fail.h"

namespace bitline {

const GradientShares& shares_of(Gradient gradient) {
  for (const GradientShares* computed : all_policies<GradientShares>())
    if (Gradient(*computed->gradient) == gradient) return *computed;
  fail("gradient '{}' is not computed in this program", gradient->name);
}

}  // namespace bitline
