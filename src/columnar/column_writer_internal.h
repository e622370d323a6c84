// columnar: one ValueWriter class per Arrow array class and way of writing a value.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <arrow/array.h>
#include <arrow/extension_type.h>

#include "columnar/value_format_internal.h"
#include "columnar/value_writer.h"

namespace firn::columnar {

/// `put(value, out)` adds one value as the array's GetView() gives it.
template <typename ArrayType, typename Put>
class ColumnWriter final : public ValueWriter {
 public:
  ColumnWriter(const ArrayType& array, Put put) : array_(array), put_(std::move(put)) {}

  bool IsNull(int64_t row) const override { return array_.IsNull(row); }
  void Append(int64_t row, std::string& out) const override { put_(array_.GetView(row), out); }

 private:
  const ArrayType& array_;
  const Put put_;
};

/// A writer for an array known to be of class ArrayType.
template <typename ArrayType, typename Put>
std::unique_ptr<ValueWriter> WriterOf(const arrow::Array& array, Put put) {
  return std::make_unique<ColumnWriter<ArrayType, Put>>(static_cast<const ArrayType&>(array),
                                                        std::move(put));
}

/// A writer for strings or bytes of any layout.
template <typename Put>
std::unique_ptr<ValueWriter> BytesWriterOf(const arrow::Array& array, Put put) {
  switch (array.type_id()) {
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return WriterOf<arrow::BinaryViewArray>(array, std::move(put));
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return WriterOf<arrow::LargeBinaryArray>(array, std::move(put));
    default:
      return WriterOf<arrow::BinaryArray>(array, std::move(put));
  }
}

/// The storage of an extension array, or the array itself; checks that it fits the type.
const arrow::Array& StorageOf(const Type& type, const arrow::Array& array);

/// Of arrays, int2vector and oidvector.
std::unique_ptr<ValueWriter> MakeTextListWriter(const Type& type, const arrow::Array& array,
                                                const TextStyle& style);
std::unique_ptr<ValueWriter> MakeBinaryListWriter(const Type& type, const arrow::Array& array);

/// The decimal that a table keeps of a numeric without precision: zeros at its end say nothing.
struct BareNumericText {
  Type type;
  void operator()(std::string_view value, std::string& out) const;
};

/// char(n) with its blanks; a length of 0 adds none.
struct PadTo {
  int32_t length;
  void operator()(std::string_view value, std::string& out) const {
    out.append(value);
    int64_t missing = length;
    for (const char c : value) missing -= (c & 0xC0) != 0x80 ? 1 : 0;
    if (missing > 0) out.append(static_cast<size_t>(missing), ' ');
  }
};

inline Int128 DecimalFrom(std::string_view bytes) {
  Int128 value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace firn::columnar
