// columnar: lines of a COPY without quotes and escapes, cut into fields many bytes at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "columnar/copy_columns_internal.h"
#include "columnar/copy_options.h"

namespace firn::columnar {

/// What most lines are. It stops before a line that needs a second look, which is left to
/// LineFinder and FieldSplitter, and so are its errors.
///
/// Threads: one.
class PlainLines {
 public:
  struct Taken {
    size_t rows = 0;
    size_t bytes = 0;
  };

  explicit PlainLines(const CopyOptions& options);

  /// Notes the fields of a block of lines at most. `data` begins with a line. Stops before one that
  /// is not all there, has a quote, backslash (but for \N alone), carriage return, NUL or broken
  /// UTF-8, or another number of fields than there are columns.
  Taken Take(std::string_view data, CopyColumns* columns);
  /// Of those last taken.
  std::string_view line(size_t row) const { return lines_[row]; }

 private:
  /// Of 64 bytes, the first one's bit being the lowest.
  struct Marks {
    uint64_t ends = 0;     // of fields: delimiters and newlines
    uint64_t special = 0;  // what makes a line need a second look
    bool ascii = true;
  };
  static constexpr size_t kStep = 64;

  Marks MarksOf(std::string_view data, size_t at) const;
  Marks MarksOfStep(const char* at) const;
  bool BeginsWithNull(std::string_view rest) const;

  const char delimiter_;
  const std::array<char, 4> special_;
  const std::string null_text_;
  // Not one that escapes what follows it, nor one that ends the data.
  const bool null_is_plain_;
  std::array<std::string_view, CopyColumns::kBlockRows> lines_;
};

}  // namespace firn::columnar
