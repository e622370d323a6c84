#include <charconv>

#include "columnar/copy_fields_internal.h"
#include "columnar/utf8.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

bool IsOctal(char c) {
  return c >= '0' && c <= '7';
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

class TextSplitter final : public FieldSplitter {
 public:
  explicit TextSplitter(const CopyOptions& options) : options_(options) {}

  Result<size_t> Split(std::string_view line, bool plain, std::vector<CopyField>* fields) override {
    if (plain) return SplitPlain(line, options_, fields);
    // No longer than the line, so the fields in it stay where they are.
    if (unescaped_.size() < line.size()) unescaped_.resize(line.size());
    out_ = unescaped_.data();
    at_ = line.data();
    end_ = at_ + line.size();
    size_t count = 0;
    for (bool more = true; more; ++count) {
      const char* const raw = at_;
      const char* const text = out_;
      unsafe_ = false;
      more = ReadField();
      const std::string_view value(text, out_);
      // The NULL marker is what was written, escapes and all.
      const char* const raw_end = more ? at_ - 1 : at_;
      const bool is_null = std::string_view(raw, raw_end) == options_.null_text;
      if (unsafe_ && !is_null) FIRN_RETURN_IF_ERROR(CheckUtf8(value));
      PutField(count, {value, is_null}, fields);
    }
    return count;
  }

 private:
  // Up to the delimiter (true) or the line's end.
  bool ReadField() {
    while (at_ < end_) {
      const char c = *at_++;
      if (c == options_.delimiter) return true;
      if (c != '\\') {
        *out_++ = c;
      } else if (at_ < end_) {
        *out_++ = ReadEscape(*at_++);
      }
    }
    return false;
  }

  char ReadEscape(char c) {
    switch (c) {
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\v';
      case 'x': {
        int value = at_ < end_ ? HexValue(*at_) : -1;
        if (value < 0) return c;
        ++at_;
        if (at_ < end_ && HexValue(*at_) >= 0) value = value << 4 | HexValue(*at_++);
        return Byte(value);
      }
      default:
        break;
    }
    if (!IsOctal(c)) return c;
    int value = c - '0';
    for (int i = 0; i < 2 && at_ < end_ && IsOctal(*at_); ++i) value = value << 3 | (*at_++ - '0');
    return Byte(value & 0xFF);
  }

  char Byte(int value) {
    if (value == 0 || value > 0x7F) unsafe_ = true;
    return static_cast<char>(value);
  }

  const CopyOptions& options_;
  std::vector<char> unescaped_;
  char* out_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool unsafe_ = false;  // an escape made a byte that may not be UTF-8
};

}  // namespace

std::unique_ptr<FieldSplitter> MakeTextSplitter(const CopyOptions& options) {
  return std::make_unique<TextSplitter>(options);
}

}  // namespace firn::columnar
