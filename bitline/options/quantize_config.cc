#include "bitline/options/quantize_config.h"

#include "bitline/base/fail.h"
#include "bitline/options/field_reader.h"

namespace bitline {

QuantizeConfig read_quantize(const ConfigTable& table) {
  QuantizeConfig quantize;
  read_fields(table, quantize);
  if (quantize.post_training.range.percentile == 0)
    fail_usage("{}: quantize.percentile 0 takes in no value; choose one above 0, 99.9 for example",
               table.where("percentile"));
  return quantize;
}

}  // namespace bitline
