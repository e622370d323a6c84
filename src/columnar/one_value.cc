// One value without a builder. Apart from the parsers: in one file with them it takes what they
// have inlined, 7 % of a COPY's instructions.
#include <array>

#include <arrow/array.h>

#include "columnar/plain_forms_internal.h"
#include "columnar/utf8.h"

namespace firn::columnar {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

/// A value and its buffer in one allocation.
template <typename T>
class OwnBytes final : public arrow::Buffer {
 public:
  explicit OwnBytes(const T& value)
      : Buffer(reinterpret_cast<const uint8_t*>(&value_), sizeof(T)), value_(value) {}

 private:
  const T value_;
};

template <typename T>
std::shared_ptr<arrow::Buffer> BytesOf(const T& value) {
  return std::make_shared<OwnBytes<T>>(value);
}

/// Of one value, which is not NULL.
template <typename... Buffers>
ArrayPtr ArrayOf(const std::shared_ptr<arrow::DataType>& type, Buffers... buffers) {
  std::vector<std::shared_ptr<arrow::Buffer>> all;
  all.reserve(1 + sizeof...(Buffers));
  all.emplace_back();
  (all.push_back(std::move(buffers)), ...);
  return arrow::MakeArray(arrow::ArrayData::Make(type, 1, std::move(all), 0));
}

/// Without a builder, which takes four times as long for one value. Null: it needs one.
Result<ArrayPtr> ParsePlainOne(const Type& type, const std::shared_ptr<arrow::DataType>& into,
                               bool binary, std::string_view bytes) {
  auto made = VisitPlain(type, [&](auto form) -> Result<ArrayPtr> {
    typename decltype(form)::Value value{};
    FIRN_RETURN_IF_ERROR(form.Read(binary, bytes, &value));
    return ArrayOf(into, BytesOf(value));
  });
  if (!made || *made != nullptr) return made;
  if (type.kind != TypeKind::kText || type.array || bytes.size() > INT32_MAX) return ArrayPtr();
  FIRN_RETURN_IF_ERROR(CheckUtf8(bytes));
  const std::array<int32_t, 2> offsets = {0, static_cast<int32_t>(bytes.size())};
  return ArrayOf(into, BytesOf(offsets), arrow::Buffer::FromString(std::string(bytes)));
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
