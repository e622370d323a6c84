#include <arrow/array/array_nested.h>

#include "columnar/column_writer_internal.h"
#include "columnar/text_forms_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() == 4 && BeginsWithWord(text, "null")) return true;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || IsSpace(c)) return true;
  }
  return false;
}

void AppendElement(std::string_view text, std::string& out) {
  if (!NeedsQuotes(text)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

class ListWriter : public ValueWriter {
 public:
  ListWriter(const arrow::ListArray& array, std::unique_ptr<ValueWriter> element)
      : array_(array), element_(std::move(element)) {}
  bool IsNull(int64_t row) const override { return array_.IsNull(row); }

 protected:
  int64_t begin(int64_t row) const { return array_.value_offset(row); }
  int64_t end(int64_t row) const { return array_.value_offset(row + 1); }

  const arrow::ListArray& array_;
  const std::unique_ptr<ValueWriter> element_;
};

// array_out: {1,NULL,"a b"}
class TextListWriter final : public ListWriter {
 public:
  using ListWriter::ListWriter;
  void Append(int64_t row, std::string& out) const override {
    std::string text;
    out.push_back('{');
    for (int64_t i = begin(row); i < end(row); ++i) {
      if (i > begin(row)) out.push_back(',');
      if (element_->IsNull(i)) {
        out.append("NULL");
        continue;
      }
      text.clear();
      element_->Append(i, text);
      AppendElement(text, out);
    }
    out.push_back('}');
  }
};

// int2vector, oidvector: "1 2 3"
class TextVectorWriter final : public ListWriter {
 public:
  using ListWriter::ListWriter;
  void Append(int64_t row, std::string& out) const override {
    for (int64_t i = begin(row); i < end(row); ++i) {
      if (i > begin(row)) out.push_back(' ');
      element_->Append(i, out);
    }
  }
};

// array_send
class BinaryListWriter final : public ListWriter {
 public:
  BinaryListWriter(const arrow::ListArray& array, std::unique_ptr<ValueWriter> element,
                   uint32_t element_oid, int32_t lower_bound)
      : ListWriter(array, std::move(element)), oid_(element_oid), lower_(lower_bound) {}

  void Append(int64_t row, std::string& out) const override {
    const auto count = static_cast<uint32_t>(end(row) - begin(row));
    bool nulls = false;
    for (int64_t i = begin(row); i < end(row) && !nulls; ++i) nulls = element_->IsNull(i);
    AppendBigEndian(uint32_t{count > 0 || lower_ == 0 ? 1U : 0U}, out);
    AppendBigEndian(uint32_t{nulls ? 1U : 0U}, out);
    AppendBigEndian(oid_, out);
    if (count == 0 && lower_ != 0) return;
    AppendBigEndian(count, out);
    AppendBigEndian(static_cast<uint32_t>(lower_), out);
    for (int64_t i = begin(row); i < end(row); ++i) {
      if (element_->IsNull(i)) {
        AppendBigEndian(UINT32_MAX, out);
        continue;
      }
      const size_t at = out.size();
      AppendBigEndian(uint32_t{0}, out);
      element_->Append(i, out);
      std::string length;
      AppendBigEndian(static_cast<uint32_t>(out.size() - at - 4), length);
      out.replace(at, length.size(), length);
    }
  }

 private:
  const uint32_t oid_;
  const int32_t lower_;
};

}  // namespace

std::unique_ptr<ValueWriter> MakeTextListWriter(const Type& type, const arrow::Array& array,
                                                const TextStyle& style) {
  const auto& list = static_cast<const arrow::ListArray&>(array);
  auto element = ValueWriter::MakeText(ElementOf(type), *list.values(), style);
  if (type.array) return std::make_unique<TextListWriter>(list, std::move(element));
  return std::make_unique<TextVectorWriter>(list, std::move(element));
}

std::unique_ptr<ValueWriter> MakeBinaryListWriter(const Type& type, const arrow::Array& array) {
  const auto& list = static_cast<const arrow::ListArray&>(array);
  const auto element = ElementOf(type);
  return std::make_unique<BinaryListWriter>(list, ValueWriter::MakeBinary(element, *list.values()),
                                            Oid(element), type.array ? 1 : 0);
}

}  // namespace firn::columnar
