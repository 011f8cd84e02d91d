// The fields of ArraySpec and LayerArray as a configuration, a plan and a hash take them.
#pragma once

#include <limits>

#include "bitline/base/fields.h"
#include "bitline/mapping/network_arrays.h"

namespace bitline {

template <ConstOrNot<ArraySpec> Array, typename Visit>
// NOLINTNEXTLINE(readability-function-size): a list of fields, one behind the other
void visit_fields(Array& array, Visit&& visit) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
  constexpr std::string_view kWholeNetwork =
      "it is about the network's first and last layer; a single layer has `digital`";
  visit(FieldText{"rows", "word lines of an array; 1 to 65536"}, array.rows, Whole{1, kMany});
  visit(FieldText{"active_rows", "N, word lines driven in one read; 0: all; at most `rows`",
                  Decides::kSums},
        array.active_rows, Whole{0, kMany});
  visit(
      FieldText{"bias_rows",
                "k, word lines that are driven in every read and hold no weights: what their cells "
                "add to a column's sum serves as a threshold of its own under a reference that "
                "all share ((5p)). Of the `active_rows`, which have to be more; even under "
                "`bipolar`",
                Decides::kSums},
      array.bias_rows, Whole{0, kMany});
  visit(
      FieldText{"thresholds",
                "whose an ADC's thresholds are: `layer` (one reference), `column` (references that "
                "are set anew for every column that is read)",
                Decides::kSums},
      array.thresholds);
  visit(FieldText{"columns", "bit lines of an array; 1 to 65536, at least 2 under `differential`"},
        array.columns, Whole{1, kMany});
  visit(FieldText{"cell_bits", "m, bits of a weight digit; 1 to 4; `bipolar`: 1", Decides::kSums},
        array.cell_bits, Whole{1, 4});
  visit(FieldText{"dac_bits", "d, bits of an input digit; 1 to 4", Decides::kSums}, array.dac_bits,
        Whole{1, 4});
  visit(FieldText{"encoding",
                  "how cells hold weights. `bipolar`: cells of −1 and +1; `differential`: sign and "
                  "magnitude, on pairs of columns that are subtracted; `offset`: digits of 0 and "
                  "above, of weights to which a constant is added; `twos-complement`: digits of 0 "
                  "and above, and a plane of signs",
                  Decides::kSums},
        array.encoding);
  visit(
      FieldText{
          "subtract",
          "differential pairs: `analog` (before the ADC, one conversion), `digital` (after two)",
          Decides::kSums},
      array.subtract);
  visit(
      FieldText{"offset_removal", "offset: `reference-column`, `digital` (exact)", Decides::kSums},
      array.offset_removal);
  visit(FieldText{"column_flip",
                  "columns that store flipped digits: `none`, `complement` (ISAAC; twos-complement "
                  "and offset), `sign` (differential with `subtract = \"analog\"`, bipolar)",
                  Decides::kSums},
        array.column_flip);
  visit(FieldText{"row_order",
                  "fan-in along the rows: `channel-major`, `kernel-major`, `whole-channels`",
                  Decides::kSums},
        array.row_order);
  visit(FieldText{"tile_cut", "`full` (128 + 16), `balanced` (72 + 72)", Decides::kSums},
        array.tile_cut);
  visit(FieldText{"activation_encoding", "signed activations: `twos-complement`, `sign-magnitude`",
                  Decides::kSums},
        array.activation_encoding);
  visit(FieldText{"columns_per_adc",
                  "converted columns that share one ADC; 1 to as many as an array has: `columns`, "
                  "or half of them where pairs are subtracted before their ADC. Counts only, no "
                  "result depends on it",
                  Decides::kCosts},
        array.columns_per_adc, Whole{1, kMany});
  visit(FieldText{"bit_lines_per_adc",
                  "the same counted in bit lines, in place of `columns_per_adc`: 16 are 8 pairs "
                  "where pairs are subtracted before their ADC, and then an even number; 0: as "
                  "`columns_per_adc` says; at most `columns`",
                  Decides::kCosts},
        array.bit_lines_per_adc, Whole{0, kMany});
  visit(FieldText{"adc_levels",
                  "the most levels that the ADCs of the hardware can have; 0: any number. "
                  "`search.levels` and `allocate.levels` beyond it are refused, their defaults cut "
                  "down to it, and no advice goes beyond it. A layer with a limit of its own gets "
                  "that where a search asks for more"},
        array.adc_levels, Whole{0, std::int64_t{1} << 20});
  visit(FieldText{"first_layer",
                  "`digital-integer` (exact, no array), `mapped` (on the array like the others)",
                  Decides::kResults, "", kWholeNetwork},
        array.first_layer);
  visit(FieldText{"last_layer", "likewise", Decides::kResults, "", kWholeNetwork},
        array.last_layer);
  visit(FieldText{"requantize",
                  "how a layer's sums become the next layer's integers: `float` (real numbers, (7) "
                  "of arithmetic.md), `fixed` (per output channel an integer multiplier, a shift "
                  "and a rounding, (8b))"},
        array.requantize);
  visit(FieldText{"requantize_bits",
                  "`fixed`: F, bits of the multipliers, and fractional bits of offsets and "
                  "residual sums; 2 to 20"},
        array.requantize_bits, Whole{2, 20});
}

template <ConstOrNot<LayerArray> Layer, typename Visit>
void visit_fields(Layer& layer, Visit&& visit) {
  visit(FieldText{"digital",
                  "true: the layer stays digital, in integers (exact, no array); false: it lies on "
                  "the array, also as first or last layer",
                  Decides::kResults, "as `first_layer` and `last_layer` say"},
        layer.digital);
  visit_fields(layer.array, visit);
}

}  // namespace bitline
