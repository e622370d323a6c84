// columnar: the options of COPY in text, csv and binary format, with PostgreSQL 15's rules.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace firn::columnar {

enum class CopyDirection : uint8_t { kFrom, kTo };

/// How rows are spelled. The members' defaults are those of text format; Csv() has those of csv.
struct CopyOptions {
  enum class Format : uint8_t { kText, kCsv, kBinary };

  Format format = Format::kText;
  char delimiter = '\t';
  std::string null_text = "\\N";
  bool header = false;
  bool header_match = false;  // FROM: names in the header must be those of the columns
  char quote = '"';
  char escape = '"';
  // Names of columns.
  std::vector<std::string> force_not_null;
  std::vector<std::string> force_null;
  std::vector<std::string> force_quote;
  bool force_quote_all = false;
  // FROM: a longer row is refused.
  int64_t row_bytes_max = (int64_t{1} << 30) - 1;  // as PostgreSQL's lines

  static CopyOptions Csv() { return {.format = Format::kCsv, .delimiter = ',', .null_text = ""}; }
};

/// One option as written: WITH (name value). A value left out is empty; "*" for all columns.
struct CopyOption {
  std::string name;  // lower case
  std::string value;
  std::vector<std::string> columns;  // of force_quote, force_null, force_not_null
};

/// Reads and checks options: 42601 unknown or given twice, 22023 a bad value, 0A000 one that
/// does not go with the others, or an encoding other than UTF8.
Result<CopyOptions> ReadCopyOptions(std::span<const CopyOption> options, CopyDirection direction);

/// 54000.
Error RowTooLong(int64_t row_bytes_max);

}  // namespace firn::columnar
