#include <charconv>
#include <optional>
#include <vector>

#include <arrow/array/builder_nested.h>
#include <arrow/builder.h>

#include "columnar/text_forms_internal.h"
#include "columnar/value_parser_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

[[gnu::cold]] Failure Malformed(std::string_view text, std::string_view detail) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "malformed array literal: \"{}\"", text)
                  .WithSqlState("22P02")
                  .WithDetail(std::string(detail)));
}

[[gnu::cold]] Failure ManyDimensions() {
  return Fail(
      MakeError(ErrorCode::kUnsupported, "arrays of more than one dimension are not supported")
          .WithHint("Use jsonb for nested arrays."));
}

[[gnu::cold]] Failure OtherLowerBound() {
  return Fail(
      MakeError(ErrorCode::kUnsupported, "arrays with a lower bound other than 1 are not supported")
          .WithHint("Leave the bounds out."));
}

// One element as it stands between braces: unquoted, with its escapes gone.
struct Element {
  std::string text;
  bool quoted = false;
  bool is_null() const {
    if (quoted || text.size() != 4) return false;
    return BeginsWithWord(text, "null");
  }
};

// array_in for one dimension.
class ArrayText {
 public:
  explicit ArrayText(std::string_view text) : text_(text), rest_(text) {}

  Result<std::vector<Element>> Read() {
    SkipSpace();
    FIRN_RETURN_IF_ERROR(ReadBounds());
    if (!Take('{')) {
      return Malformed(text_, "Array value must start with \"{\" or dimension information.");
    }
    std::vector<Element> elements;
    SkipSpace();
    if (!Take('}')) {
      while (true) {
        FIRN_TRY(auto element, ReadElement());
        elements.push_back(std::move(element));
        if (Take('}')) break;
        if (!Take(',')) return Malformed(text_, "Unexpected end of input.");
      }
    }
    SkipSpace();
    if (!rest_.empty()) return Malformed(text_, "Junk after closing right brace.");
    if (bound_ && *bound_ != static_cast<int64_t>(elements.size())) {
      return Malformed(text_, "Specified array dimensions do not match array contents.");
    }
    return elements;
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && IsSpace(rest_.front())) rest_.remove_prefix(1);
  }
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeNumber(int64_t* number) {
    const size_t sign = rest_.starts_with('+') ? 1 : 0;
    const auto [end, error] =
        std::from_chars(rest_.data() + sign, rest_.data() + rest_.size(), *number);
    if (error != std::errc{}) return false;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return true;
  }

  // "[1:3]="
  Status ReadBounds() {
    if (!rest_.starts_with('[')) return {};
    rest_.remove_prefix(1);
    int64_t lower = 1;
    int64_t upper = 0;
    if (!TakeNumber(&upper))
      return Malformed(text_,
                       "\"[\" must introduce explicitly-specified "
                       "array dimensions.");
    if (Take(':')) {
      lower = upper;
      if (!TakeNumber(&upper)) return Malformed(text_, "Missing array dimension value.");
    }
    if (!Take(']')) return Malformed(text_, "Missing \"]\" after array dimensions.");
    SkipSpace();
    if (rest_.starts_with('[')) return ManyDimensions();
    if (!Take('=')) return Malformed(text_, "Missing \"=\" after array dimensions.");
    SkipSpace();
    if (upper < lower) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "upper bound cannot be less than lower bound")
                      .WithSqlState("2202E"));
    }
    if (lower != 1) return OtherLowerBound();
    bound_ = upper;
    return {};
  }

  Result<Element> ReadElement() {
    SkipSpace();
    Element element;
    if (rest_.starts_with('{')) return ManyDimensions();
    if (Take('"')) {
      element.quoted = true;
      while (true) {
        if (rest_.empty()) return Malformed(text_, "Unexpected end of input.");
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '"') break;
        if (c != '\\') {
          element.text.push_back(c);
          continue;
        }
        if (rest_.empty()) return Malformed(text_, "Unexpected end of input.");
        element.text.push_back(rest_.front());
        rest_.remove_prefix(1);
      }
      SkipSpace();
      if (rest_.empty()) return Malformed(text_, "Unexpected end of input.");
      if (rest_.front() != ',' && rest_.front() != '}') {
        return Malformed(text_, "Unexpected array element.");
      }
      return element;
    }
    size_t kept = 0;  // without blanks at the end, but for escaped ones
    while (true) {
      if (rest_.empty()) return Malformed(text_, "Unexpected end of input.");
      char c = rest_.front();
      if (c == ',' || c == '}') break;
      if (c == '{') return Malformed(text_, "Unexpected \"{\" character.");
      if (c == '"') return Malformed(text_, "Unexpected array element.");
      rest_.remove_prefix(1);
      const bool escaped = c == '\\';
      if (escaped) {
        if (rest_.empty()) return Malformed(text_, "Unexpected end of input.");
        c = rest_.front();
        rest_.remove_prefix(1);
        element.quoted = true;  // an escape makes NULL a text, too
      }
      element.text.push_back(c);
      if (escaped || !IsSpace(c)) kept = element.text.size();
    }
    if (kept == 0 && !element.quoted) {
      return Malformed(text_, fmt::format("Unexpected \"{}\" character.", rest_.front()));
    }
    element.text.resize(kept);
    return element;
  }

  const std::string_view text_;
  std::string_view rest_;
  std::optional<int64_t> bound_;
};

class ListParser final : public ParserInto<arrow::ListBuilder> {
 public:
  ListParser(const Type& type, arrow::ArrayBuilder* builder, const TextStyle& style)
      : ParserInto(builder),
        element_type_(ElementOf(type)),
        vector_(!type.array),
        scratch_(ScratchFor(*builder_.value_builder())),
        element_(ValueParser::Make(element_type_, scratch_.get(), style)) {}

  Status AppendText(std::string_view text) override {
    if (vector_) return AppendVector(text);
    FIRN_TRY(const auto elements, ArrayText(text).Read());
    return AppendAll(elements.size(), [&](size_t i) {
      return elements[i].is_null() ? element_->AppendNull()
                                   : element_->AppendText(elements[i].text);
    });
  }

  Status AppendBinary(std::string_view bytes) override {
    constexpr size_t kHeader = 12;
    constexpr size_t kDimension = 8;
    if (bytes.size() < kHeader) return WrongLength(bytes.size(), kHeader);
    const auto dimensions = BigEndianAt<int32_t>(bytes, 0);
    const auto flags = BigEndianAt<int32_t>(bytes, 4);
    const auto type = BigEndianAt<uint32_t>(bytes, 8);
    if (dimensions < 0 || flags < 0 || flags > 1) return BadBinary("invalid array flags");
    if (type != Oid(element_type_)) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "wrong element type").WithSqlState("42804"));
    }
    if (dimensions == 0) return AppendAll(0, [](size_t) { return Status(); });
    if (dimensions > 1) return ManyDimensions();
    if (bytes.size() < kHeader + kDimension) return WrongLength(0, 1);
    const auto count = BigEndianAt<int32_t>(bytes, kHeader);
    const auto lower = BigEndianAt<int32_t>(bytes, kHeader + 4);
    if (count < 0) return BadBinary("invalid array size");
    if (lower != (vector_ ? 0 : 1) && count > 0) return OtherLowerBound();
    std::string_view rest = bytes.substr(kHeader + kDimension);
    if (static_cast<size_t>(count) > rest.size() / 4) return WrongLength(0, 1);
    const auto status = AppendAll(static_cast<size_t>(count), [&](size_t) -> Status {
      if (rest.size() < 4) return WrongLength(0, 1);
      const auto length = BigEndianAt<int32_t>(rest, 0);
      rest.remove_prefix(4);
      if (length == -1) return element_->AppendNull();
      if (length < 0 || static_cast<size_t>(length) > rest.size()) return WrongLength(0, 1);
      const auto value = rest.substr(0, static_cast<size_t>(length));
      rest.remove_prefix(static_cast<size_t>(length));
      return element_->AppendBinary(value);
    });
    FIRN_RETURN_IF_ERROR(status);
    return rest.empty() ? Status() : WrongLength(2, 1);
  }

 private:
  static Failure BadBinary(std::string_view what) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "{}", what).WithSqlState("22P03"));
  }

  // int2vector and oidvector: numbers with blanks between.
  Status AppendVector(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!(text = TrimSpaces(text)).empty()) {
      size_t length = 0;
      while (length < text.size() && !IsSpace(text[length])) ++length;
      parts.push_back(text.substr(0, length));
      text.remove_prefix(length);
    }
    return AppendAll(parts.size(), [&](size_t i) { return element_->AppendText(parts[i]); });
  }

  // The elements are read into a builder of their own, so that a refused value leaves ours as it
  // was.
  template <typename AppendOne>
  Status AppendAll(size_t count, AppendOne append) {
    for (size_t i = 0; i < count; ++i) {
      auto status = append(i);
      if (status) continue;
      scratch_->Reset();
      return status;
    }
    FIRN_RETURN_IF_ERROR(FromArrow(builder_.Append()));
    if (count == 0) return {};
    auto elements = scratch_->Finish();
    if (!elements.ok()) return BuilderFailed(elements.status());
    return FromArrow(
        builder_.value_builder()->AppendArraySlice(*(*elements)->data(), 0, (*elements)->length()));
  }

  static std::unique_ptr<arrow::ArrayBuilder> ScratchFor(const arrow::ArrayBuilder& values) {
    auto made = arrow::MakeBuilder(values.type());
    FIRN_CHECK(made.ok());
    return std::move(made).ValueUnsafe();
  }

  const Type element_type_;
  const bool vector_;
  const std::unique_ptr<arrow::ArrayBuilder> scratch_;
  const std::unique_ptr<ValueParser> element_;
};

}  // namespace

std::unique_ptr<ValueParser> MakeListParser(const Type& type, arrow::ArrayBuilder* builder,
                                            const TextStyle& style) {
  return std::make_unique<ListParser>(type, builder, style);
}

}  // namespace firn::columnar
