#include "engine/vector_to_arrow_internal.h"

#include <cstring>
#include <limits>

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include "columnar/interval.h"
#include "engine/duckdb_types_internal.h"
#include "engine/uuid_bytes_internal.h"

namespace firn::engine {
namespace {

using ArrayResult = Result<std::shared_ptr<arrow::Array>>;
using BufferResult = Result<std::shared_ptr<arrow::Buffer>>;
using Int128 = __int128;

BufferResult NewBuffer(int64_t bytes) {
  auto buffer = arrow::AllocateBuffer(bytes);
  if (!buffer.ok()) {
    return Fail(ErrorCode::kOverloaded, "out of memory for a result batch: bytes={}", bytes);
  }
  return std::shared_ptr<arrow::Buffer>(std::move(*buffer));
}

template <typename T>
const T* Data(duckdb_vector vector) {
  return static_cast<const T*>(duckdb_vector_get_data(vector));
}

bool IsValid(const uint64_t* validity, int64_t row) {
  return validity == nullptr || (validity[row / 64] >> (row % 64) & 1) != 0;
}

constexpr Int128 PowerOfTen(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}
constexpr Int128 kNumericEnd = PowerOfTen(columnar::kMaxPrecision);

Int128 ToInt128(const duckdb_hugeint& value) {
  return static_cast<Int128>(value.upper) << 64 | value.lower;
}

const char* StringData(const duckdb_string_t& value) {
  constexpr uint32_t kInlineBytes = 12;
  return value.value.inlined.length <= kInlineBytes ? value.value.inlined.inlined
                                                    : value.value.pointer.ptr;
}

}  // namespace

ArrayResult ResultColumn::Finish(duckdb_vector vector, int64_t rows,
                                 std::vector<std::shared_ptr<arrow::Buffer>> buffers,
                                 std::vector<std::shared_ptr<arrow::ArrayData>> children) const {
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  int64_t nulls = 0;
  if (validity != nullptr) {
    FIRN_TRY(auto bitmap, NewBuffer((rows + 63) / 64 * 8));
    std::memcpy(bitmap->mutable_data(), validity, static_cast<size_t>(bitmap->size()));
    for (int64_t row = 0; row < rows; ++row) nulls += IsValid(validity, row) ? 0 : 1;
    if (nulls > 0) buffers[0] = std::move(bitmap);
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(arrow_type_, rows, std::move(buffers), std::move(children), nulls));
}

template <size_t kWidth>
ArrayResult ResultColumn::Copied(duckdb_vector vector, int64_t rows) const {
  FIRN_TRY(auto values, NewBuffer(rows * static_cast<int64_t>(kWidth)));
  std::memcpy(values->mutable_data(), Data<uint8_t>(vector), static_cast<size_t>(values->size()));
  return Finish(vector, rows, {nullptr, std::move(values)});
}

template <typename From, typename To>
ArrayResult ResultColumn::Widened(duckdb_vector vector, int64_t rows) const {
  FIRN_TRY(auto values, NewBuffer(rows * static_cast<int64_t>(sizeof(To))));
  const auto* from = Data<From>(vector);
  auto* to = reinterpret_cast<To*>(values->mutable_data());
  for (int64_t i = 0; i < rows; ++i) to[i] = To{from[i]};
  return Finish(vector, rows, {nullptr, std::move(values)});
}

template <typename From>
ArrayResult ResultColumn::Decimals(duckdb_vector vector, int64_t rows) const {
  FIRN_TRY(auto values, NewBuffer(rows * 16));
  const auto* from = Data<From>(vector);
  uint8_t* to = values->mutable_data();
  for (int64_t i = 0; i < rows; ++i) {
    const Int128 wide = static_cast<Int128>(from[i]);
    std::memcpy(to + i * 16, &wide, sizeof(wide));
  }
  return Finish(vector, rows, {nullptr, std::move(values)});
}

ArrayResult ResultColumn::Hugeints(duckdb_vector vector, int64_t rows) const {
  const auto* from = Data<duckdb_hugeint>(vector);
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  for (int64_t i = 0; i < rows; ++i) {
    const Int128 value = ToInt128(from[i]);
    if ((value >= kNumericEnd || value <= -kNumericEnd) && IsValid(validity, i)) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "numeric field overflow: column \"{}\" needs more than {} digits",
                            field_.name, columnar::kMaxPrecision)
                      .WithSqlState("22003"));
    }
  }
  return Copied<16>(vector, rows);
}

// DuckDB's infinities are the same numbers in every unit; finer units are cut as its casts do.
template <int64_t kMultiply, int64_t kDivide>
ArrayResult ResultColumn::Timestamps(duckdb_vector vector, int64_t rows) const {
  constexpr int64_t kInfinity = std::numeric_limits<int64_t>::max();
  FIRN_TRY(auto values, NewBuffer(rows * 8));
  const auto* from = Data<int64_t>(vector);
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  auto* to = reinterpret_cast<int64_t*>(values->mutable_data());
  for (int64_t i = 0; i < rows; ++i) {
    to[i] = from[i];
    if (from[i] == kInfinity || from[i] == -kInfinity || !IsValid(validity, i)) continue;
    if (__builtin_mul_overflow(from[i], kMultiply, &to[i])) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "timestamp out of range: column \"{}\"", field_.name)
              .WithSqlState("22008"));
    }
    to[i] /= kDivide;
  }
  return Finish(vector, rows, {nullptr, std::move(values)});
}

ArrayResult ResultColumn::Bools(duckdb_vector vector, int64_t rows) const {
  FIRN_TRY(auto values, NewBuffer((rows + 7) / 8));
  const auto* from = Data<uint8_t>(vector);
  uint8_t* to = values->mutable_data();
  std::memset(to, 0, static_cast<size_t>(values->size()));
  for (int64_t i = 0; i < rows; ++i) to[i >> 3] |= static_cast<uint8_t>((from[i] & 1) << (i & 7));
  return Finish(vector, rows, {nullptr, std::move(values)});
}

ArrayResult ResultColumn::Uuids(duckdb_vector vector, int64_t rows) const {
  FIRN_TRY(auto values, NewBuffer(rows * 16));
  const auto* from = Data<duckdb_hugeint>(vector);
  uint8_t* to = values->mutable_data();
  for (int64_t i = 0; i < rows; ++i) HugeintToUuid(from[i], to + i * 16);
  return Finish(vector, rows, {nullptr, std::move(values)});
}

ArrayResult ResultColumn::Strings(duckdb_vector vector, int64_t rows) const {
  const auto* from = Data<duckdb_string_t>(vector);
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  FIRN_TRY(auto offsets, NewBuffer((rows + 1) * 4));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  ends[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    if (IsValid(validity, i)) total += from[i].value.inlined.length;
    if (total > std::numeric_limits<int32_t>::max()) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "result too large: more than 2 GB in {} rows of column \"{}\"", rows,
                            field_.name)
                      .WithSqlState("54000"));
    }
    ends[i + 1] = static_cast<int32_t>(total);
  }
  FIRN_TRY(auto data, NewBuffer(total));
  for (int64_t i = 0; i < rows; ++i) {
    const int32_t length = ends[i + 1] - ends[i];
    if (length > 0) std::memcpy(data->mutable_data() + ends[i], StringData(from[i]), length);
  }
  return Finish(vector, rows, {nullptr, std::move(offsets), std::move(data)});
}

template <typename Index>
ArrayResult ResultColumn::Enums(duckdb_vector vector, int64_t rows) const {
  const auto* from = Data<Index>(vector);
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  FIRN_TRY(auto offsets, NewBuffer((rows + 1) * 4));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  std::string data;
  ends[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    if (IsValid(validity, i)) data += enum_values_[from[i]];
    ends[i + 1] = static_cast<int32_t>(data.size());
  }
  return Finish(vector, rows,
                {nullptr, std::move(offsets), arrow::Buffer::FromString(std::move(data))});
}

ArrayResult ResultColumn::Intervals(duckdb_vector vector, int64_t rows) const {
  const auto* from = Data<duckdb_interval>(vector);
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  FIRN_TRY(auto offsets, NewBuffer((rows + 1) * 4));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  std::string data;
  ends[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    if (IsValid(validity, i)) {
      columnar::AppendStoredInterval({from[i].months, from[i].days, from[i].micros}, data);
    }
    ends[i + 1] = static_cast<int32_t>(data.size());
  }
  return Finish(vector, rows,
                {nullptr, std::move(offsets), arrow::Buffer::FromString(std::move(data))});
}

// The elements of a vector of lists may lie in any order: rows are cut out of them one by one
// unless they follow each other.
ArrayResult ResultColumn::Lists(duckdb_vector vector, int64_t rows) const {
  const auto* from = Data<duckdb_list_entry>(vector);
  const uint64_t* validity = duckdb_vector_get_validity(vector);
  const auto size = static_cast<int64_t>(duckdb_list_vector_get_size(vector));
  FIRN_TRY(auto elements, element_->Convert(duckdb_list_vector_get_child(vector), size));
  FIRN_TRY(auto offsets, NewBuffer((rows + 1) * 4));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  arrow::ArrayVector pieces;
  int64_t total = 0;
  bool in_order = true;
  ends[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    const bool valid = IsValid(validity, i);
    const auto length = valid ? static_cast<int64_t>(from[i].length) : 0;
    if (length > 0) {
      const auto at = static_cast<int64_t>(from[i].offset);
      in_order = in_order && at == total;
      pieces.push_back(elements->Slice(at, length));
    }
    total += length;
    if (total > std::numeric_limits<int32_t>::max()) {
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "result too large: column \"{}\" has too many array elements",
                            field_.name)
                      .WithSqlState("54000"));
    }
    ends[i + 1] = static_cast<int32_t>(total);
  }
  if (in_order) {
    elements = elements->Slice(0, total);
  } else {
    auto joined = arrow::Concatenate(pieces);
    if (!joined.ok()) {
      return Fail(ErrorCode::kOverloaded, "out of memory for a result batch: {}",
                  joined.status().ToString());
    }
    elements = *joined;
  }
  return Finish(vector, rows, {nullptr, std::move(offsets)}, {elements->data()});
}

ResultColumn::Converter ResultColumn::DecimalConverter(duckdb_logical_type type) {
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT:
      return &ResultColumn::Decimals<int16_t>;
    case DUCKDB_TYPE_INTEGER:
      return &ResultColumn::Decimals<int32_t>;
    case DUCKDB_TYPE_BIGINT:
      return &ResultColumn::Decimals<int64_t>;
    default:
      return &ResultColumn::Copied<16>;
  }
}

ResultColumn::Converter ResultColumn::EnumConverter(duckdb_logical_type type) {
  switch (duckdb_enum_internal_type(type)) {
    case DUCKDB_TYPE_UTINYINT:
      return &ResultColumn::Enums<uint8_t>;
    case DUCKDB_TYPE_USMALLINT:
      return &ResultColumn::Enums<uint16_t>;
    default:
      return &ResultColumn::Enums<uint32_t>;
  }
}

ResultColumn::Converter ResultColumn::ConverterFor(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return &ResultColumn::Bools;
    case DUCKDB_TYPE_TINYINT:
      return &ResultColumn::Widened<int8_t, int16_t>;
    case DUCKDB_TYPE_UTINYINT:
      return &ResultColumn::Widened<uint8_t, int16_t>;
    case DUCKDB_TYPE_USMALLINT:
      return &ResultColumn::Widened<uint16_t, int32_t>;
    case DUCKDB_TYPE_UINTEGER:
      return &ResultColumn::Widened<uint32_t, int64_t>;
    case DUCKDB_TYPE_UBIGINT:
      return &ResultColumn::Decimals<uint64_t>;
    case DUCKDB_TYPE_SMALLINT:
      return &ResultColumn::Copied<2>;
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DATE:
      return &ResultColumn::Copied<4>;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_TIME:
      return &ResultColumn::Copied<8>;
    case DUCKDB_TYPE_INTERVAL:
      return &ResultColumn::Intervals;
    case DUCKDB_TYPE_LIST:
      return &ResultColumn::Lists;
    case DUCKDB_TYPE_TIMESTAMP_S:
      return &ResultColumn::Timestamps<1'000'000, 1>;
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return &ResultColumn::Timestamps<1'000, 1>;
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return &ResultColumn::Timestamps<1, 1'000>;
    case DUCKDB_TYPE_HUGEINT:
      return &ResultColumn::Hugeints;
    case DUCKDB_TYPE_DECIMAL:
      return DecimalConverter(type);
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
      return &ResultColumn::Strings;
    case DUCKDB_TYPE_ENUM:
      return EnumConverter(type);
    case DUCKDB_TYPE_UUID:
      return &ResultColumn::Uuids;
    default:
      return nullptr;
  }
}

Result<ResultColumn> ResultColumn::Make(std::string name, duckdb_logical_type type) {
  auto mapped = columnar::TypeFromDuckDb(TypeName(type));
  ResultColumn column;
  column.converter_ = ConverterFor(type);
  if (!mapped || column.converter_ == nullptr) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "column \"{}\" has type {}, which is not supported", name, TypeName(type))
                    .WithHint("Cast it to a supported type, for example to text."));
  }
  column.field_ = {std::move(name), *mapped};
  column.arrow_type_ = columnar::ArrowType(*mapped);
  if (duckdb_get_type_id(type) == DUCKDB_TYPE_LIST) {
    const OwnedType element(duckdb_list_type_child_type(type));
    FIRN_TRY(auto made, Make(column.field_.name, element.get()));
    column.element_ = std::make_shared<const ResultColumn>(std::move(made));
  }
  if (duckdb_get_type_id(type) == DUCKDB_TYPE_ENUM) {
    const uint32_t size = duckdb_enum_dictionary_size(type);
    for (uint32_t i = 0; i < size; ++i) {
      column.enum_values_.push_back(TakeString(duckdb_enum_dictionary_value(type, i)));
    }
  }
  return column;
}

ArrayResult ResultColumn::Convert(duckdb_vector vector, int64_t rows) const {
  return (this->*converter_)(vector, rows);
}

}  // namespace firn::engine
