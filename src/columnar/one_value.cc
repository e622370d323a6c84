// One value without a builder. Apart from the parsers: in one file with them it takes what they
// have inlined, 7 % of a COPY's instructions.
#include <array>

#include <arrow/array.h>

#include "columnar/plain_forms_internal.h"
#include "columnar/utf8.h"

namespace firn::columnar {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

template <typename T>
std::shared_ptr<arrow::Buffer> BytesOf(const T& value) {
  return arrow::Buffer::FromString(std::string(reinterpret_cast<const char*>(&value), sizeof(T)));
}

/// Without a builder, which takes four times as long for one value. Null: it needs one.
Result<ArrayPtr> ParsePlainOne(const Type& type, const std::shared_ptr<arrow::DataType>& into,
                               bool binary, std::string_view bytes) {
  auto made = VisitPlain(type, [&](auto form) -> Result<ArrayPtr> {
    typename decltype(form)::Value value{};
    FIRN_RETURN_IF_ERROR(form.Read(binary, bytes, &value));
    return arrow::MakeArray(arrow::ArrayData::Make(into, 1, {nullptr, BytesOf(value)}, 0));
  });
  if (!made || *made != nullptr) return made;
  if (type.kind != TypeKind::kText || type.array || bytes.size() > INT32_MAX) return ArrayPtr();
  FIRN_RETURN_IF_ERROR(CheckUtf8(bytes));
  const std::array<int32_t, 2> offsets = {0, static_cast<int32_t>(bytes.size())};
  return arrow::MakeArray(arrow::ArrayData::Make(
      into, 1, {nullptr, BytesOf(offsets), arrow::Buffer::FromString(std::string(bytes))}, 0));
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> ParseOne(const Type& type,
                                               const std::shared_ptr<arrow::DataType>& into,
                                               bool binary, std::optional<std::string_view> bytes,
                                               const TextStyle& style) {
  if (bytes) {
    FIRN_TRY(auto one, ParsePlainOne(type, into, binary, *bytes));
    if (one != nullptr) return one;
  }
  auto builder = arrow::MakeBuilder(into);
  if (!builder.ok()) return BuilderFailed(builder.status());
  const auto parser = ValueParser::Make(type, builder->get(), style);
  if (!bytes) {
    FIRN_RETURN_IF_ERROR(parser->AppendNull());
  } else {
    FIRN_RETURN_IF_ERROR(binary ? parser->AppendBinary(*bytes) : parser->AppendText(*bytes));
  }
  ArrayPtr array;
  FIRN_RETURN_IF_ERROR(FromArrow((*builder)->Finish(&array)));
  return array;
}

}  // namespace firn::columnar
