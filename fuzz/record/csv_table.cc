#include "bitline/record/csv_table.h"

#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bitline::CsvTable table = bitline::CsvTable::parse(text);
  for (std::size_t row = 0; row < table.row_count(); ++row)
    if (table.has("delta")) table.number(row, "delta");
}
