#include "columnar/copy_fields_internal.h"

namespace firn::columnar {
namespace {

class CsvSplitter final : public FieldSplitter {
 public:
  explicit CsvSplitter(const CopyOptions& options) : options_(options) {}

  Result<size_t> Split(std::string_view line, bool plain, std::vector<CopyField>* fields) override {
    if (plain) return SplitPlain(line, options_, fields);
    if (unquoted_.size() < line.size()) unquoted_.resize(line.size());
    out_ = unquoted_.data();
    at_ = line.data();
    end_ = at_ + line.size();
    size_t count = 0;
    for (bool more = true; more; ++count) {
      const char* const text = out_;
      bool quoted = false;
      FIRN_TRY(more, ReadField(&quoted));
      const std::string_view value(text, out_);
      PutField(count, {value, !quoted && value == options_.null_text}, fields);
    }
    return count;
  }

 private:
  // Up to the delimiter (true) or the line's end. Quotes may open anywhere in a field.
  Result<bool> ReadField(bool* quoted) {
    while (at_ < end_) {
      const char c = *at_++;
      if (c == options_.delimiter) return true;
      if (c != options_.quote) {
        *out_++ = c;
        continue;
      }
      *quoted = true;
      FIRN_RETURN_IF_ERROR(ReadQuoted());
    }
    return false;
  }

  Status ReadQuoted() {
    while (at_ < end_) {
      const char c = *at_++;
      if (c == options_.escape && at_ < end_ &&
          (*at_ == options_.escape || *at_ == options_.quote)) {
        *out_++ = *at_++;
      } else if (c == options_.quote) {
        return {};
      } else {
        *out_++ = c;
      }
    }
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "unterminated CSV quoted field").WithSqlState("22P04"));
  }

  const CopyOptions& options_;
  std::vector<char> unquoted_;
  char* out_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace

std::unique_ptr<FieldSplitter> MakeCsvSplitter(const CopyOptions& options) {
  return std::make_unique<CsvSplitter>(options);
}

}  // namespace firn::columnar
