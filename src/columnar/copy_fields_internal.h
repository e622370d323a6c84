// columnar: a line of a COPY as fields.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/copy_options.h"

namespace firn::columnar {

struct CopyField {
  std::string_view text;
  bool is_null = false;
};

/// Cuts lines into fields and takes their escapes away.
///
/// Lifetime: the fields point into the line and into the splitter until the next Split().
/// Failure:  22P04 an unterminated quote, 22021 escapes that make broken UTF-8.
class FieldSplitter {
 public:
  virtual ~FieldSplitter() = default;
  /// Fills `fields` as far as they go and returns how many fields there are, which may be more.
  /// `plain`: nothing in the line needs a second look.
  virtual Result<size_t> Split(std::string_view line, bool plain,
                               std::vector<CopyField>* fields) = 0;
};

std::unique_ptr<FieldSplitter> MakeTextSplitter(const CopyOptions& options);
std::unique_ptr<FieldSplitter> MakeCsvSplitter(const CopyOptions& options);

/// Keeps the `count`th field, if there is room for so many.
inline void PutField(size_t count, CopyField field, std::vector<CopyField>* fields) {
  if (count < fields->size()) (*fields)[count] = field;
}

/// Splits where nothing is escaped.
inline size_t SplitPlain(std::string_view line, const CopyOptions& options,
                         std::vector<CopyField>* fields) {
  const char delimiter = options.delimiter;
  const std::string_view null_text = options.null_text;
  const char* start = line.data();
  const char* const end = start + line.size();
  size_t count = 0;
  for (;;) {
    const char* at = start;
    while (at < end && *at != delimiter) ++at;
    const std::string_view text(start, at);
    PutField(count++, {text, text == null_text}, fields);
    if (at == end) return count;
    start = at + 1;
  }
}

}  // namespace firn::columnar
